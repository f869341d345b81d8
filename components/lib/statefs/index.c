/* The keys in memory, sorted, and what is a key. */
#include <string.h>

#include "parts.h"

void index_reset(struct statefs *fs)
{
    fs->count = 0;
    fs->live = 0;
    for (uint32_t i = 0; i < STATEFS_KEYS_MAX; i++) {
        fs->order[i] = (uint16_t)i;
    }
}

/* Where in `order` the key is or would be. */
static uint32_t place(const struct statefs *fs, const char *key)
{
    uint32_t low = 0;
    uint32_t high = fs->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(fs->entries[fs->order[middle]].key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct statefs *fs, uint32_t at, const char *key)
{
    return at < fs->count && strcmp(fs->entries[fs->order[at]].key, key) == 0;
}

struct statefs_entry *index_find(struct statefs *fs, const char *key)
{
    uint32_t at = place(fs, key);

    return is_at(fs, at, key) ? &fs->entries[fs->order[at]] : NULL;
}

bool index_set(struct statefs *fs, const struct record *record, uint64_t offset)
{
    uint32_t at = place(fs, record->key);

    if (is_at(fs, at, record->key)) {
        fs->live -= record_bytes(record->key, fs->entries[fs->order[at]].length);
    } else {
        if (fs->count == STATEFS_KEYS_MAX) {
            return false;
        }
        uint16_t free = fs->order[fs->count];
        memmove(&fs->order[at + 1], &fs->order[at], (fs->count - at) * sizeof(fs->order[0]));
        fs->order[at] = free;
        fs->count++;
        memcpy(fs->entries[free].key, record->key, sizeof(record->key));
    }
    struct statefs_entry *entry = &fs->entries[fs->order[at]];
    entry->offset = offset;
    entry->sequence = record->sequence;
    entry->length = record->value_length;
    entry->record = (uint32_t)fs->records - 1;
    fs->live += record_bytes(record->key, record->value_length);
    return true;
}

void index_remove(struct statefs *fs, const char *key)
{
    uint32_t at = place(fs, key);

    if (!is_at(fs, at, key)) {
        return;
    }
    uint16_t free = fs->order[at];
    fs->live -= record_bytes(key, fs->entries[free].length);
    fs->count--;
    memmove(&fs->order[at], &fs->order[at + 1], (fs->count - at) * sizeof(fs->order[0]));
    fs->order[fs->count] = free;
}

static bool is_dots(const char *part, size_t length)
{
    return (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.');
}

/* Of the UTF-8 character, without surrogates and long forms; 0: it is none. */
static size_t character_length(const uint8_t *at)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t length = *at < 0x80 ? 1 : *at < 0xc0 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
    uint32_t code = length == 1 ? *at : *at & (0x7fu >> length);

    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (at[i] & 0x3f);
    }
    return *at >= 0xf8 || code < least[length] || code > 0x10ffff || code / 0x800 == 0x1b ? 0
                                                                                          : length;
}

static bool is_utf8(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;

    while (*at != 0) {
        size_t length = character_length(at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

enum statefs_status key_check(const char *key)
{
    static const char root[] = "/state/";
    size_t length = strlen(key);

    if (length > STATEFS_KEY_MAX) {
        return STATEFS_KEY_TOO_LONG;
    }
    if (strncmp(key, root, sizeof(root) - 1) != 0 || !is_utf8(key)) {
        return STATEFS_INVALID_KEY;
    }
    for (const char *part = key + sizeof(root) - 1;; part++) {
        size_t part_length = strcspn(part, "/");
        if (part_length == 0 || is_dots(part, part_length)) {
            return STATEFS_INVALID_KEY;
        }
        part += part_length;
        if (*part == 0) {
            return STATEFS_OK;
        }
    }
}

enum statefs_status statefs_key(const char *path, char key[STATEFS_KEY_MAX + 1])
{
    size_t length = strlen(path);

    length -= length > 0 && path[length - 1] == '/';
    if (length > STATEFS_KEY_MAX) {
        return STATEFS_KEY_TOO_LONG;
    }
    memcpy(key, path, length);
    key[length] = 0;
    return key_check(key);
}
