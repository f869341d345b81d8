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

/* --- the servers --------------------------------------------------------------------------------- */

/* Nonzero: the call fails, and nothing was done. */
static int call(void)
{
    world->calls++;
    if (world->calls == world->cut_at) {
        _exit(CUT);
    }
    return world->calls == world->fail_at ? world->failure : 0;
}

const struct value *value_now(void)
{
    return world->puts > 0 ? &world->put[world->puts - 1] : &world->durable.value;
}

static int get(const char *path, void *bytes, size_t *length)
{
    const struct value *value = value_now();
    const int failure = call();

    assert_string_equal(path, "/state/boot/bootctl.v1");
    if (failure != 0) {
        return failure;
    }
    if (value->length == 0) {
        return STATE_NOT_FOUND;
    }
    memcpy(bytes, value->bytes, value->length);
    *length = value->length;
    return 0;
}

static int put(const char *path, const void *bytes, size_t length)
{
    const int failure = call();

    assert_string_equal(path, "/state/boot/bootctl.v1");
    assert_true(length == BOOTCTL_BYTES && world->puts < PUTS);
    if (failure == 0) {
        world->put[world->puts].length = length;
        memcpy(world->put[world->puts].bytes, bytes, length);
        world->puts++;
    }
    return failure;
}

static int sync_all(void)
{
    const int failure = call();

    if (failure == 0) {
        world->durable.value = *value_now();
        world->puts = 0;
    } else {
        world->puts = 0; /* statefsd died, and what was not durable with it */
    }
    return failure;
}

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
            memcpy(world->durable.sectors[i], world->written[i], NEXUS_BLOCK_SECTOR);
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

int start(void **state)
{
    (void)state;
    if (world == NULL) {
        world =
            mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_true(world != MAP_FAILED);
    }
    memset(world, 0, sizeof(*world));
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
