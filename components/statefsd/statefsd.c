/* statefsd: asks who may, and has the engine do it. Serves when the disk is open, or errors if it fails. */
#include "statefsd.nexus.h"

#include "disk.h"
#include "gates.h"
#include "quotas.h"
#include "transactions.h"

#include <inttypes.h>
#include <neuron/limits.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <statefs.h>
#include <string.h>

_Static_assert(STATE_WINDOW_BYTES == STATEFS_VALUE_MAX, "the longest value has room in the window");

enum { REFUSALS_SHOWN = 16 /* lines that a client can cause */ };

static struct statefs fs;
static uint8_t long_value[STATEFS_VALUE_MAX];
static uint32_t refusals[NEURON_TASKS_MAX];
static bool unread; /* an error of the disk hides what is kept */

/* --- what the caller is told --------------------------------------------------------------------- */

static int result_of(enum statefs_status status)
{
    static const int results[] = {
        [STATEFS_NOT_FOUND] = STATE_NOT_FOUND,
        [STATEFS_VALUE_TOO_LARGE] = STATE_VALUE_TOO_LARGE,
        [STATEFS_KEY_TOO_LONG] = STATE_KEY_TOO_LONG,
        [STATEFS_INVALID_KEY] = STATE_INVALID_KEY,
        [STATEFS_IO_ERROR] = STATE_IO_ERROR,
        [STATEFS_NO_SPACE] = STATE_NO_SPACE,
        [STATEFS_QUOTA] = STATE_OVER_QUOTA,
        [STATEFS_CORRUPT] = STATE_CORRUPTED,
        [STATEFS_READ_ONLY] = STATE_READ_ONLY,
    };

    return results[status];
}

/* What the caller is told of a gate's answer. */
static int admit(struct nexus_client client, const char *path, int answer)
{
    if (answer != NEXUS_DENIED) {
        return answer == 0 && unread ? STATE_IO_ERROR : answer;
    }
    if (refusals[client.task] < REFUSALS_SHOWN) {
        refusals[client.task]++;
        LOG_INFO("access denied path=%s sender=%" PRIu32, path, client.task);
    }
    return STATE_ACCESS_DENIED;
}

static int may_write(struct nexus_client client, const char *path, char key[STATEFS_KEY_MAX + 1])
{
    const int result = result_of(statefs_key(path, key));

    return result != 0 ? result : admit(client, key, gate_write(client.task, key));
}

static int may_read(struct nexus_client client, const char *path, char key[STATEFS_KEY_MAX + 1])
{
    const int result = result_of(statefs_key(path, key));

    return result != 0 ? result : admit(client, key, gate_read(client.task, key));
}

/* --- writing ------------------------------------------------------------------------------------- */

/* Does it now, or with the transaction of the caller. */
static int write_value(struct nexus_client client, const struct statefs_operation *operation)
{
    struct transaction *transaction = transaction_of(client.id);

    if (transaction != NULL) {
        return transaction_add(transaction, operation) ? 0 : STATE_TRANSACTION_FULL;
    }
    return result_of(operation->value != NULL
                         ? statefs_put(&fs, operation->key, operation->value, operation->length)
                         : statefs_delete(&fs, operation->key));
}

int state_put(struct nexus_client client, const char *path, const void *value, size_t value_len)
{
    char key[STATEFS_KEY_MAX + 1];
    const int result = may_write(client, path, key);
    const struct statefs_operation operation = {key, value, (uint32_t)value_len};

    return result != 0 ? result : write_value(client, &operation);
}

int state_put_long(struct nexus_client client, const char *path, uint32_t length)
{
    char key[STATEFS_KEY_MAX + 1];
    const int result = may_write(client, path, key);
    const struct statefs_operation operation = {key, long_value, length};

    if (result != 0) {
        return result;
    }
    if (length > STATEFS_VALUE_MAX) {
        return STATE_VALUE_TOO_LARGE;
    }
    memcpy(long_value, state_window(client),
           length); /* the client can change the window meanwhile */
    return write_value(client, &operation);
}

int state_remove(struct nexus_client client, const char *path)
{
    char key[STATEFS_KEY_MAX + 1];
    const int result = may_write(client, path, key);
    const struct statefs_operation operation = {key, NULL, 0};

    return result != 0 ? result : write_value(client, &operation);
}

int state_sync(struct nexus_client client)
{
    const int result = admit(client, "/state", gate_write_any(client.task));

    return result != 0 ? result : result_of(statefs_sync(&fs));
}

int state_begin(struct nexus_client client)
{
    const int result = admit(client, "/state", gate_write_any(client.task));

    if (result != 0) {
        return result;
    }
    if (transaction_of(client.id) != NULL) {
        return STATE_IN_TRANSACTION;
    }
    return transaction_begin(client.id) != NULL ? 0 : STATE_BUSY;
}

int state_commit(struct nexus_client client)
{
    struct transaction *transaction = transaction_of(client.id);

    if (transaction == NULL) {
        return STATE_NO_TRANSACTION;
    }
    const enum statefs_status status =
        statefs_commit(&fs, transaction->operations, transaction->count);
    transaction_end(transaction);
    return result_of(status);
}

static void cancel(struct nexus_client client)
{
    struct transaction *transaction = transaction_of(client.id);

    if (transaction != NULL) {
        transaction_end(transaction);
    }
}

int state_cancel(struct nexus_client client)
{
    if (transaction_of(client.id) == NULL) {
        return STATE_NO_TRANSACTION;
    }
    cancel(client);
    return 0;
}

void state_client_died(struct nexus_client client)
{
    cancel(client);
}

/* --- reading ------------------------------------------------------------------------------------- */

static int read_value(const char *key, void *value, uint32_t size, uint32_t *length)
{
    const enum statefs_status status = statefs_get(&fs, key, value, size, length);

    if (status == STATEFS_CORRUPT) {
        LOG_INFO("crc mismatch (record=%" PRIu32 ")", statefs_list(&fs, key, 0)->record);
    }
    return result_of(status);
}

int state_get(struct nexus_client client, const char *path, void *value, size_t *value_len)
{
    char key[STATEFS_KEY_MAX + 1];
    uint32_t length = 0;
    int result = may_read(client, path, key);

    if (result == 0) {
        result = read_value(key, value, STATE_GET_VALUE_MAX, &length);
        *value_len = length;
    }
    return result;
}

int state_get_long(struct nexus_client client, const char *path, uint32_t *length)
{
    char key[STATEFS_KEY_MAX + 1];
    const int result = may_read(client, path, key);

    return result != 0 ? result : read_value(key, state_window(client), STATE_WINDOW_BYTES, length);
}

/* The number of paths that begin with `prefix` and are not behind `after`. */
static uint32_t count_up_to(const char *prefix, const char *after)
{
    uint32_t low = 0;
    uint32_t high = fs.count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct statefs_entry *entry = statefs_list(&fs, prefix, middle);
        if (entry != NULL && strcmp(entry->key, after) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* A prefix is a path, or /state itself. With a slash behind it in `key`. */
static int may_list(struct nexus_client client, const char *prefix, char key[STATEFS_KEY_MAX + 2])
{
    int result = 0;

    if (strcmp(prefix, "/state") == 0 || strcmp(prefix, "/state/") == 0) {
        memcpy(key, "/state/", sizeof("/state/"));
        return admit(client, "/state", 0);
    }
    result = may_read(client, prefix, key);
    if (result == 0) {
        memcpy(key + strlen(key), "/", sizeof("/"));
    }
    return result;
}

int state_list(struct nexus_client client, const char *prefix, const char *after, char *path,
               uint32_t *length)
{
    char key[STATEFS_KEY_MAX + 2];
    const struct statefs_entry *entry = NULL;
    int result = may_list(client, prefix, key);

    for (uint32_t i = result == 0 ? count_up_to(key, after) : 0; result == 0; i++) {
        entry = statefs_list(&fs, key, i);
        if (entry == NULL) {
            return STATE_NOT_FOUND;
        }
        const int answer = gate_read(client.task, entry->key);
        if (answer == 0) {
            memcpy(path, entry->key, strlen(entry->key) + 1);
            *length = entry->length;
            return 0;
        }
        result = answer == NEXUS_DENIED ? 0 : answer;
    }
    return result;
}

/* --- the beginning ------------------------------------------------------------------------------- */

static const char *why_not(enum statefs_status status, const struct statefs_disk *disk)
{
    if (disk->blocks < STATEFS_BLOCKS_MIN) {
        return "it is too small";
    }
    if (status == STATEFS_BLANK) {
        return "it is blank and read-only";
    }
    if (status == STATEFS_IO_ERROR) {
        return "I/O error, and so is the answer to every call";
    }
    return status == STATEFS_FOREIGN
               ? "it is neither blank nor a statefs of this size; ./nexus mkfs would erase it"
               : statefs_status_name(status);
}

static enum statefs_status open_state(const struct statefs_disk *disk, bool read_only)
{
    enum statefs_status status = statefs_open(&fs, disk);

    if (status == STATEFS_BLANK && !read_only) {
        status = statefs_mkfs(&fs, disk, false);
        if (status == STATEFS_OK) {
            LOG_INFO("the disk was blank and is formatted");
        }
    }
    return status;
}

int main(void)
{
    struct statefs_disk disk;
    struct statefs_quota limits[STATEFS_QUOTAS_MAX];
    uint32_t limit_count = 0;
    bool read_only = false;

    if (!quotas_read(quotas, limits, &limit_count)) {
        LOG_ERROR("the attribute quotas is a prefix, how many bytes, and the next after a comma");
        return 1;
    }
    const int result = disk_begin(&disk, &read_only);
    if (result != 0) {
        LOG_WARN("no disk: %s", result > 0 ? "no part of it is for me" : nexus_strerror(result));
        return 0;
    }
    const enum statefs_status status = open_state(&disk, read_only);
    if (status != STATEFS_OK) {
        LOG_ERROR("the disk cannot be used: %s", why_not(status, &disk));
        if (status == STATEFS_IO_ERROR) {
            unread = true;
            nexus_serve();
        }
        return 0;
    }
    memcpy(fs.quotas, limits, sizeof(limits));
    fs.quota_count = limit_count;
    fs.broken = read_only;
    if (fs.damaged) {
        LOG_INFO("crc mismatch (record=%" PRIu64 ")", fs.records);
    }
    LOG_INFO("ready%s", read_only ? ", read-only" : "");
    nexus_serve();
}
