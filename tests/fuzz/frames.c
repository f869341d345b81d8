/*
 * What clients send to statefsd, through the generated glue, over a disk in memory: whatever it is, a frame that is not well
 * made is refused as that; what is refused changes nothing, and what is done changes what it names; nobody is served what
 * policyd does not let it read; a window that changes while the disk is waited for changes nothing; and at the end the
 * disk holds what can be got, without damage.
 *
 * An input: steps of 64 bytes (step_byte in frames_sent.h).
 */
#define NEXUS_GLUE /* the attribute is defined here */
#include "cmocka_all.h"

#include "component_main.h"
#include "frames_sent.h"
#include "frames_world.h"
#include "fuzzer.h"
#include "statefsd.nexus.h"

#include <nexus/glue.h>
#include <setjmp.h>
#include <statefs.h>

enum { STEPS_MAX = 100, KEPT_MAX = 128, STAGED_MAX = 32, ERRORS = 14 };

/* A value: what is kept, or is to be. */
struct kept {
    char path[STATE_PUT_PATH_MAX + 1];
    bool removed;
    size_t length;
    uint64_t hash;
};
static struct kept kept[KEPT_MAX], expected[KEPT_MAX];
static size_t kept_count, expected_count;

/* What a client has in its transaction. */
static struct {
    bool open;
    size_t count;
    struct kept changes[STAGED_MAX];
} staged[CLIENTS + 1];

/* --- what is kept -------------------------------------------------------------------------------- */

static uint64_t reply_tag;

/* The label of the answer. */
static uint64_t send(uint64_t sender, uint64_t method, uint64_t words, size_t bytes)
{
    reply_tag =
        nexus_glue_dispatch(NEURON_OK, NEURON_TAG(method, words, bytes), 7, 7, 7, 7, sender);
    assert_true(reply_tag != NEXUS_NO_REPLY);
    return NEURON_TAG_LABEL(reply_tag);
}

static uint64_t hash_of(const uint8_t *bytes, size_t length)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ bytes[i]) * 1099511628211u;
    }
    return hash;
}

static struct kept *find(struct kept *values, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(values[i].path, path) == 0) {
            return &values[i];
        }
    }
    return NULL;
}

/* Looks as a client that may all. */
static void look(void)
{
    const char *last = "";

    for (kept_count = 0;; kept_count++) {
        struct kept *value = &kept[kept_count];
        uint8_t *at = __nexus_in;
        put_text(&at, "/state");
        put_text(&at, last);
        const uint64_t label = send(LOOKING, LIST, 0, (size_t)(at - __nexus_in));
        if (label == STATE_NOT_FOUND) {
            return;
        }
        assert_true(label == 0 && kept_count < KEPT_MAX);
        memset(value, 0, sizeof(*value));
        memcpy(value->path, __nexus_in + 8, __nexus_in[0]);
        at = __nexus_in;
        put_text(&at, value->path);
        assert_int_equal(send(LOOKING, GET_LONG, 0, (size_t)(at - __nexus_in)), 0);
        value->length = nexus_reply_words[0];
        assert_true(value->length <= STATE_WINDOW_BYTES && strcmp(last, value->path) < 0);
        value->hash = hash_of(windows[LOOKING], value->length);
        last = value->path;
    }
}

static void apply(const struct kept *change)
{
    struct kept *old = find(expected, expected_count, change->path);

    if (!change->removed) {
        assert_true(old != NULL || expected_count < KEPT_MAX);
        *(old != NULL ? old : &expected[expected_count++]) = *change;
    } else if (old != NULL) {
        *old = expected[--expected_count];
    }
}

/* What is kept is what was, with these changes. */
static void check_changes(const struct kept *changes, size_t count)
{
    memcpy(expected, kept, sizeof(kept));
    expected_count = kept_count;
    for (size_t i = 0; i < count; i++) {
        apply(&changes[i]);
    }
    look();
    assert_int_equal(kept_count, expected_count);
    for (size_t i = 0; i < kept_count; i++) {
        const struct kept *value = find(expected, expected_count, kept[i].path);
        assert_non_null(value);
        assert_int_equal(value->length, kept[i].length);
        assert_true(value->hash == kept[i].hash);
    }
}

/* --- what was answered --------------------------------------------------------------------------- */

static void end_transaction(uint64_t client)
{
    staged[client].open = false;
    staged[client].count = 0;
}

/* A put or remove that was done, or will be with the others. */
static void check_written(void)
{
    struct kept change = {.removed = frame.method == REMOVE, .length = frame.value_length};

    assert_int_equal(statefs_key(frame.path, change.path), STATEFS_OK);
    assert_true(may_write(frame.sender, change.path));
    change.hash = hash_of(frame.value, frame.value_length);
    if (frame.method == PUT_LONG) {
        assert_true(frame.length <= STATE_WINDOW_BYTES);
        change.length = frame.length;
        change.hash = hash_of(window_sent(), frame.length);
    }
    if (!staged[frame.sender].open) {
        check_changes(&change, 1);
        return;
    }
    assert_true(staged[frame.sender].count < STAGED_MAX);
    staged[frame.sender].changes[staged[frame.sender].count++] = change;
    check_changes(NULL, 0);
}

/* What lies at `bytes` is the value at the path of the frame, and for its sender. */
static void check_read(const uint8_t *bytes, size_t length)
{
    char key[STATEFS_KEY_MAX + 1];

    assert_int_equal(statefs_key(frame.path, key), STATEFS_OK);
    assert_true(may_read(frame.sender, key));
    const struct kept *value = find(kept, kept_count, key);
    assert_non_null(value);
    assert_int_equal(value->length, length);
    assert_true(value->hash == hash_of(bytes, length));
}

/* Whether a path is one of those that the frame, a list, can be answered with. */
static bool is_listed(const char *path)
{
    size_t length = strlen(frame.path);

    length -= length > 0 && frame.path[length - 1] == '/';
    return strncmp(path, frame.path, length) == 0 && path[length] == '/' &&
           strcmp(path, frame.after) > 0 && may_read(frame.sender, path);
}

/* `found`: the answer to a list; NULL: there is nothing. */
static void check_listed(const char *found)
{
    for (size_t i = 0; i < kept_count; i++) {
        if (is_listed(kept[i].path)) { /* the first one: they are sorted */
            assert_non_null(found);
            assert_string_equal(found, kept[i].path);
            return;
        }
    }
    assert_null(found);
}

static void check_done(void)
{
    char found[STATE_LIST_PATH_MAX + 1] = "";
    size_t length = 0;

    switch (frame.method) {
    case PUT:
    case PUT_LONG:
    case REMOVE:
        check_written();
        return;
    case GET:
        memcpy(&length, __nexus_in, sizeof(length));
        assert_true(length <= STATE_GET_VALUE_MAX);
        check_read(__nexus_in + sizeof(length), length);
        break;
    case GET_LONG:
        assert_true(nexus_reply_words[0] <= STATE_WINDOW_BYTES);
        check_read(windows[frame.sender], nexus_reply_words[0]);
        window_written(frame.sender, nexus_reply_words[0]);
        break;
    case LIST:
        memcpy(found, __nexus_in + 8, __nexus_in[0]);
        check_listed(found);
        break;
    case COMMIT:
        assert_true(staged[frame.sender].open);
        check_changes(staged[frame.sender].changes, staged[frame.sender].count);
        end_transaction(frame.sender);
        return;
    case BEGIN:
        assert_true(may_write_any(frame.sender) && !staged[frame.sender].open);
        staged[frame.sender].open = true;
        break;
    case CANCEL:
        assert_true(staged[frame.sender].open);
        end_transaction(frame.sender);
        break;
    default:
        assert_true(may_write_any(frame.sender));
        break;
    }
    check_changes(NULL, 0);
}

static void check_refused(uint64_t label, uint32_t written)
{
    const bool known = is_client(frame.sender) && frame.method > 0 && frame.method < METHODS;

    assert_true(NEURON_TAG_WORDS(reply_tag) == 0 && NEURON_TAG_BYTES(reply_tag) == 0);
    if (!known) {
        assert_int_equal(label, NEXUS_LABEL_OF(NEXUS_UNKNOWN_METHOD));
    } else if (!frame.sound) {
        assert_int_equal(label, NEXUS_LABEL_OF(NEXUS_MALFORMED));
    } else {
        assert_true(label <= ERRORS);
    }
    if (label > ERRORS || label == STATE_ACCESS_DENIED) {
        assert_int_equal(disk_writes, written);
    }
    if (known && frame.sound && frame.method == LIST && label == STATE_NOT_FOUND) {
        check_listed(NULL);
    }
    if (known && frame.sound && frame.method == COMMIT) {
        end_transaction(frame.sender);
    }
    check_changes(NULL, 0);
}

static void call(const uint8_t *step)
{
    const uint32_t written = disk_writes;

    make_frame(step);
    window_begin(frame.sender, (step[CHANGING] & 1) != 0);
    const uint64_t label = send(frame.sender, frame.method, frame.words, frame.bytes);
    window_end();
    if (label == 0) {
        assert_true(frame.sound);
        check_done();
    } else {
        check_refused(label, written);
    }
    windows_check();
}

/* --- a run --------------------------------------------------------------------------------------- */

static const uint8_t *input;
static size_t input_bytes;
static jmp_buf end;

static void die(uint64_t client)
{
    if (is_client(client)) {
        nexus_glue_peers(UINT64_C(1) << nexus_clients[client - 1].client.task);
        end_transaction(client);
        check_changes(NULL, 0);
    }
}

void nexus_serve(void)
{
    look();
    for (size_t at = 0; at + STEP <= input_bytes && at < (size_t)STEP * STEPS_MAX; at += STEP) {
        switch (input[at + KIND] % KINDS) {
        case WINDOW:
            window_fill(input[at + SENDER] % CLIENTS, input[at + TEXT]);
            break;
        case DEATH:
            die(input[at + SENDER] % CLIENTS);
            break;
        default:
            call(input + at);
            break;
        }
    }
    nexus_glue_peers(UINT64_MAX);
    memset(staged, 0, sizeof(staged));
    assert_int_equal(send(LOOKING, SYNC, 0, 0), 0);
    longjmp(end, 1);
}

/* What was kept at last is on the disk. */
static void check_disk(void)
{
    static struct statefs fs;
    static uint8_t value[STATEFS_VALUE_MAX];
    const struct statefs_disk disk = disk_itself();
    uint32_t length = 0;

    assert_int_equal(statefs_open(&fs, &disk), STATEFS_OK);
    assert_false(fs.damaged);
    assert_int_equal(fs.count, kept_count);
    for (size_t i = 0; i < kept_count; i++) {
        assert_int_equal(statefs_get(&fs, kept[i].path, value, sizeof(value), &length), STATEFS_OK);
        assert_true(length == kept[i].length && hash_of(value, length) == kept[i].hash);
    }
    assert_int_equal(statefs_fsck(&fs, finding_is_wrong, NULL), STATEFS_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = data;
    input_bytes = size;
    world_begin();
    if (setjmp(end) == 0) {
        (void)component_main();
        fail();
    }
    check_disk();
    return 0;
}
