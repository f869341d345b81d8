#include "updated_world.h"

#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct world *world;
uint8_t private_key[crypto_sign_ed25519_SECRETKEYBYTES];
uint8_t packages[2][PACKAGE_MAX];
size_t lengths[2];

static const char path[] = "/state/boot/bootctl.v1";

/* --- cuts and failures --------------------------------------------------------------------------- */

static void step(void)
{
    world->steps++;
    if (world->steps == world->cut_at) {
        _exit(CUT);
    }
}

/* Nonzero: the call fails, and nothing was done. */
static int call(void)
{
    step();
    world->calls++;
    return world->calls == world->fail_at ? world->failure : 0;
}

/* --- statefsd ------------------------------------------------------------------------------------ */

static struct statefs fs; /* its memory, in this life */
static bool opened;

static int read_block(void *context, uint64_t block, void *bytes)
{
    const struct statefs_disk disk = disk_of(context);

    return disk.read(context, block, bytes);
}

/* A cut comes when it is under way. */
static int write_block(void *context, uint64_t block, const void *bytes)
{
    const struct statefs_disk disk = disk_of(context);
    const int status = disk.write(context, block, bytes);

    step();
    return status;
}

static int flush_blocks(void *context)
{
    const struct statefs_disk disk = disk_of(context);

    step();
    return disk.flush(context);
}

static void open_state(void)
{
    const struct statefs_disk disk = {&world->disk, DISK_BLOCKS, read_block, write_block,
                                      flush_blocks};

    if (!opened) {
        assert_int_equal(statefs_open(&fs, &disk), STATEFS_OK);
    }
    opened = true;
}

static enum statefs_status read_value(struct value *value)
{
    uint32_t length = 0;

    *value = (struct value){0};
    open_state();
    const enum statefs_status status =
        statefs_get(&fs, path, value->bytes, sizeof(value->bytes), &length);
    value->length = length;
    return status;
}

struct value value_now(void)
{
    struct value value;
    const enum statefs_status status = read_value(&value);

    assert_true(status == STATEFS_OK || status == STATEFS_NOT_FOUND);
    return value;
}

void set_value(const struct value *value)
{
    open_state();
    assert_int_equal(statefs_put(&fs, path, value->bytes, (uint32_t)value->length), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
}

uint64_t epoch_now(void)
{
    open_state();
    return fs.super.epoch;
}

void fill_log(uint32_t room)
{
    static const uint8_t other[40];

    open_state();
    do {
        assert_int_equal(statefs_put(&fs, "/state/other", other, sizeof(other)), STATEFS_OK);
    } while (fs.log.bytes - fs.tail > room);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
}

/* As call(); statefsd that fails has died, and opens its disk anew. */
static int call_state(void)
{
    const int failure = call();

    if (failure != 0) {
        opened = false;
    }
    return failure;
}

static int get(const char *asked, void *bytes, size_t *length)
{
    struct value value;
    const int failure = call_state();

    assert_string_equal(asked, path);
    if (failure != 0) {
        return failure;
    }
    if (read_value(&value) == STATEFS_NOT_FOUND) {
        return STATE_NOT_FOUND;
    }
    memcpy(bytes, value.bytes, value.length);
    *length = value.length;
    return 0;
}

static int put(const char *asked, const void *bytes, size_t length)
{
    const int failure = call_state();

    assert_string_equal(asked, path);
    assert_int_equal(length, BOOTCTL_BYTES);
    if (failure == 0) {
        open_state();
        assert_int_equal(statefs_put(&fs, path, bytes, BOOTCTL_BYTES), STATEFS_OK);
    }
    return failure;
}

static int sync_all(void)
{
    const int failure = call_state();

    if (failure == 0) {
        open_state();
        assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    }
    return failure;
}

/* --- virtioblkd and keystored -------------------------------------------------------------------- */

static int open_blocks(uint64_t *sectors, bool *read_only)
{
    *sectors = SECTORS;
    *read_only = false;
    return call();
}

static void flush_sectors(void)
{
    for (unsigned i = 0; i < SECTORS; i++) {
        if (world->dirty[i]) {
            memcpy(world->begin.sectors[i], world->written[i], NEXUS_BLOCK_SECTOR);
            world->dirty[i] = false;
        }
    }
}

static int go(uint32_t asked, uint32_t seen, uint32_t *answered)
{
    struct nexus_block_ring *ring = blocks_ring();
    const struct nexus_block_request *request = &ring->requests[seen % NEXUS_BLOCK_DEPTH];
    const int failure = call();

    assert_int_equal(asked, seen + 1);
    if (failure != 0) {
        return failure;
    }
    if (request->operation == NEXUS_BLOCK_FLUSH) {
        flush_sectors();
    } else {
        const uint8_t *buffer = (const uint8_t *)blocks_buffers() + request->offset;
        assert_true(request->sector + request->sectors <= SECTORS);
        for (unsigned i = 0; i < request->sectors; i++) {
            const size_t at = request->sector + i;
            memcpy(world->written[at], buffer + (size_t)i * NEXUS_BLOCK_SECTOR, NEXUS_BLOCK_SECTOR);
            world->dirty[at] = true;
        }
    }
    ring->answers[seen % NEXUS_BLOCK_DEPTH] = (struct nexus_block_answer){.tag = request->tag};
    *answered = asked;
    return 0;
}

static int verify(const void *key, size_t key_len, const void *message, size_t message_len,
                  const void *signature, size_t signature_len)
{
    const int failure = call();

    assert_true(key_len == 32 && signature_len == 64 && message_len <= KEYSTORE_VERIFY_MESSAGE_MAX);
    if (failure != 0) {
        return failure;
    }
    return crypto_sign_ed25519_verify_detached(signature, message, message_len, key) == 0
               ? 0
               : KEYSTORE_BAD_SIGNATURE;
}

/* --- power --------------------------------------------------------------------------------------- */

static uint32_t random_next(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 16;
}

/* The parts of a block that are there: all, none, its first or its last ones. */
static void write_perhaps(uint8_t *block, const uint8_t *bytes, uint32_t fate)
{
    const size_t torn = (size_t)(1 + fate / 4 % 7) * NEXUS_BLOCK_SECTOR;

    switch (fate % 4) {
    case 0:
        break;
    case 1:
        memcpy(block, bytes, STATEFS_BLOCK);
        break;
    case 2:
        memcpy(block, bytes, torn);
        break;
    default:
        memcpy(block + torn, bytes + torn, STATEFS_BLOCK - torn);
    }
}

void cut_power(struct store *store, unsigned variant)
{
    const struct disk *disk = &world->disk;
    uint32_t random = variant * 2654435761u;

    *store = world->begin;
    for (uint32_t i = 0; i < disk->writes; i++) {
        const struct disk_write *write = &disk->log[i];
        const uint32_t fate = variant < 2 ? variant : random_next(&random);
        write_perhaps(store->state[write->block], write->bytes,
                      write->flushes < disk->flushes ? 1 : fate);
    }
    for (unsigned i = 0; i < SECTORS; i++) {
        const bool there = variant < 2 ? variant == 1 : random_next(&random) % 2 == 0;
        if (world->dirty[i] && there) {
            memcpy(store->sectors[i], world->written[i], NEXUS_BLOCK_SECTOR);
        }
    }
}

void begin_boot(const struct store *store)
{
    world->begin = *store;
    disk_reset(&world->disk);
    memcpy(world->disk.image, store->state, sizeof(store->state));
    world->disk.recording = true;
    memset(world->dirty, 0, sizeof(world->dirty));
    world->steps = 0;
    world->calls = 0;
    world->acknowledged = 0;
    world->cut_at = 0;
    world->fail_at = 0;
    opened = false;
}

/* --- the world ----------------------------------------------------------------------------------- */

void make_packages(void)
{
    static uint8_t kernel[4000];
    uint8_t public_key[crypto_sign_ed25519_PUBLICKEYBYTES];
    uint8_t seed[crypto_sign_ed25519_SEEDBYTES] = "a test key, and no secret: 32 b.";

    (void)crypto_sign_ed25519_seed_keypair(public_key, private_key, seed);
    for (unsigned i = 0; i < 2; i++) {
        memset(kernel, 0x40 + (int)i, sizeof(kernel));
        const struct package_part parts[] = {{"boot/kernel.elf", kernel, sizeof(kernel)},
                                             {"notes", (const uint8_t *)"new", 3}};
        lengths[i] = package_make(packages[i], parts, 2, private_key);
        assert_true(lengths[i] > 0);
    }
    for (unsigned i = 0; i < sizeof(public_key); i++) {
        (void)snprintf(updated_mock_trusted_key + 2 * i, 3, "%02x", public_key[i]);
    }
}

/* The disk of the state, with nothing in it; a boot may begin. */
static void format(void)
{
    static struct store store;
    const struct statefs_disk disk = disk_of(&world->disk);

    disk_reset(&world->disk);
    assert_int_equal(statefs_mkfs(&fs, &disk, false), STATEFS_OK);
    memcpy(store.state, world->disk.image, sizeof(store.state));
    begin_boot(&store);
}

int start(void **state)
{
    (void)state;
    if (world == NULL) {
        world =
            mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_true(world != MAP_FAILED);
    }
    memset(world, 0, sizeof(*world));
    format();
    updated_mock_reset();
    updated_mock.state_get = get;
    updated_mock.state_put = put;
    updated_mock.state_sync = sync_all;
    updated_mock.blocks_open = open_blocks;
    updated_mock.blocks_go = go;
    updated_mock.keystore_verify = verify;
    make_packages();
    return 0;
}
