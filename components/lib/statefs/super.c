/*
 * The superblock, twice: in the first and in the last block. A change goes to the last one, is flushed,
 * and then
 * goes to the first one: one of them is whole at any time, and both are the same when nothing was cut.
 */
#include <string.h>

#include "crc32c.h"
#include "parts.h"

#define SUPER_MAGIC 0x32465358454e4653u
#define SUPER_BYTES 44u

static void encode(const struct statefs_super *super, uint64_t blocks, uint8_t *to)
{
    memset(to, 0, STATEFS_BLOCK);
    store(to, SUPER_MAGIC, 8);
    store(to + 8, super->version, 8);
    store(to + 16, super->sequence, 8);
    store(to + 24, blocks, 8);
    store(to + 32, super->epoch, 4);
    store(to + 36, super->region, 4);
    store(to + 40, super->session, 4);
    store(to + SUPER_BYTES, ~crc32c_more(CRC32C_START, to, SUPER_BYTES), 4);
}

static bool decode(const uint8_t *from, uint64_t blocks, struct statefs_super *super)
{
    super->version = load(from + 8, 8);
    super->sequence = load(from + 16, 8);
    super->epoch = (uint32_t)load(from + 32, 4);
    super->region = (uint32_t)load(from + 36, 4);
    super->session = (uint32_t)load(from + 40, 4);
    return load(from, 8) == SUPER_MAGIC && load(from + 24, 8) == blocks && super->region < 2 &&
           load(from + SUPER_BYTES, 4) == (uint32_t)~crc32c_more(CRC32C_START, from, SUPER_BYTES);
}

static bool is_blank(const uint8_t *bytes)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, STATEFS_BLOCK - 1) == 0;
}

enum statefs_status super_read(struct statefs *fs)
{
    struct statefs_super last;
    uint64_t blocks = fs->disk.blocks;

    fs->cached = UINT64_MAX;
    if (blocks < STATEFS_BLOCKS_MIN || blocks > STATEFS_BLOCKS_MAX) {
        return STATEFS_FOREIGN;
    }
    if (fs->disk.read(fs->disk.context, 0, unfinished(fs)) != 0 ||
        fs->disk.read(fs->disk.context, blocks - 1, fs->cache) != 0) {
        return STATEFS_IO_ERROR;
    }
    bool first_valid = decode(unfinished(fs), blocks, &fs->super);
    bool last_valid = decode(fs->cache, blocks, &last);
    fs->repair = UINT64_MAX;
    if (last_valid && (!first_valid || last.version > fs->super.version)) {
        fs->super = last;
        fs->repair = 0;
    } else if (!last_valid || last.version != fs->super.version) {
        fs->repair = blocks - 1;
    }
    if (first_valid || last_valid) {
        return STATEFS_OK;
    }
    return is_blank(unfinished(fs)) && is_blank(fs->cache) ? STATEFS_BLANK : STATEFS_FOREIGN;
}

static enum statefs_status write_one(struct statefs *fs, uint64_t block)
{
    return fs->disk.write(fs->disk.context, block, fs->cache) == 0 &&
                   fs->disk.flush(fs->disk.context) == 0
               ? STATEFS_OK
               : STATEFS_IO_ERROR;
}

enum statefs_status super_write(struct statefs *fs, const struct statefs_super *next)
{
    enum statefs_status status = STATEFS_OK;

    fs->cached = UINT64_MAX;
    if (fs->repair != UINT64_MAX) {
        /* Else a torn write of the newest would leave only the one before it. */
        encode(&fs->super, fs->disk.blocks, fs->cache);
        status = write_one(fs, fs->repair);
        fs->repair = UINT64_MAX;
    }
    encode(next, fs->disk.blocks, fs->cache);
    if (status == STATEFS_OK) {
        status = write_one(fs, fs->disk.blocks - 1);
    }
    if (status == STATEFS_OK) {
        status = write_one(fs, 0);
    }
    if (status == STATEFS_OK) {
        fs->super = *next;
    }
    return status;
}
