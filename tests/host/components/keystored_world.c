/* The world of keystored in its native tests. */
#include "keystored_world.h"

#include "cmocka_all.h"

#include <nexus/host.h>
#include <string.h>

struct world world;
const struct nexus_client alice = {.id = 1, .task = 4, .name = "alice"};
const struct nexus_client bob = {.id = 2, .task = 5, .name = "bob"};
uint8_t __nexus_out[4096];

static void copy_masked(uint8_t *to, const uint8_t *from, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        to[i] = from[i] ^ WORLD_MASK;
    }
}

/* Notes a call. Whether it fails before it does anything. */
static bool refused(char call)
{
    world.calls[world.count++] = call;
    assert_true(world.count < sizeof(world.calls));
    return world.count == world.fail_at && !world.done;
}

static int outcome(int result)
{
    if (world.count != world.fail_at) {
        return result;
    }
    world.fail_at = --world.fail_times > 0 ? world.fail_at + 1 : 0;
    return world.failure;
}

static struct world_value *find(const char *path)
{
    for (unsigned i = 0; i < WORLD_VALUES; i++) {
        if (world.now[i].length != 0 && strcmp(world.now[i].path, path) == 0) {
            return &world.now[i];
        }
    }
    return NULL;
}

static struct world_value *place_for(const char *path)
{
    struct world_value *value = find(path);

    for (unsigned i = 0; value == NULL && i < WORLD_VALUES; i++) {
        value = world.now[i].length == 0 ? &world.now[i] : NULL;
    }
    assert_non_null(value);
    return value;
}

/* Whatever is called may leave on the stack what it was told, so deep that nothing else overwrites it. */
static void __attribute__((noinline)) leave_on_the_stack(const uint8_t *bytes, size_t length)
{
    uint8_t copy[3000];

    memcpy(copy, bytes, length);
    __asm__ volatile("" : : "r"(copy) : "memory");
}

static int get(const char *path, void *bytes, size_t *length)
{
    const struct world_value *value = find(path);

    if (refused('g') || value == NULL) {
        return outcome(STATE_NOT_FOUND);
    }
    copy_masked(__nexus_out, value->masked, value->length); /* where the answer arrives */
    copy_masked(bytes, value->masked, value->length);
    leave_on_the_stack(bytes, value->length);
    *length = value->length;
    return outcome(0);
}

static int put(const char *path, const void *bytes, size_t length)
{
    assert_true(strlen(path) <= 255 && length <= STATE_PUT_VALUE_MAX && length > 0);
    memcpy(__nexus_out, bytes, length);
    leave_on_the_stack(bytes, length);
    if (!refused('p')) {
        struct world_value *value = place_for(path);
        memcpy(value->path, path, strlen(path) + 1);
        copy_masked(value->masked, bytes, length);
        value->length = length;
    }
    return outcome(0);
}

static int remove_value(const char *path)
{
    struct world_value *value = find(path);

    if (refused('r') || value == NULL) {
        return outcome(STATE_NOT_FOUND);
    }
    value->length = 0;
    return outcome(0);
}

static int sync_all(void)
{
    if (!refused('s')) {
        memcpy(world.durable, world.now, sizeof(world.now));
    }
    return outcome(0);
}

static int give_entropy(uint32_t wanted, void *entropy, size_t *bytes)
{
    assert_int_equal(wanted, SEED);
    if (!refused('e')) {
        copy_masked(__nexus_out, world.masked_seed, SEED);
        copy_masked(entropy, world.masked_seed, SEED);
        leave_on_the_stack(entropy, SEED);
        *bytes = world.entropy_bytes;
    }
    return outcome(0);
}

void world_begin(void)
{
    memset(&world, 0, sizeof(world));
    memset(__nexus_out, 0, sizeof(__nexus_out));
    world.entropy_bytes = SEED;
    keystored_mock_reset();
    keystored_mock.state_get = get;
    keystored_mock.state_put = put;
    keystored_mock.state_remove = remove_value;
    keystored_mock.state_sync = sync_all;
    keystored_mock.entropy_get = give_entropy;
    host_clock_set(0);
}

void world_cut(void)
{
    memcpy(world.now, world.durable, sizeof(world.now));
}

bool world_has(const char *path)
{
    return find(path) != NULL;
}

struct world_value *world_value(const char *path)
{
    struct world_value *value = find(path);

    assert_non_null(value);
    return value;
}

void world_call_again(void)
{
    world.count = 0;
    world.fail_at = 0;
    memset(world.calls, 0, sizeof(world.calls));
}

void world_break_call(unsigned call, unsigned times, int failure, bool done)
{
    world_call_again();
    world.fail_at = call;
    world.fail_times = times;
    world.failure = failure;
    world.done = done;
}
