/*
 * updated: what it refuses, and boots that end at any call of any transition, and at any write and flush of statefs, which
 * is the real one. Of what was written since the last flush the disk has any part, blocks perhaps torn. After each cut the
 * state is that before or after what was under way, every package that it names is whole, and the next boot is counted
 * once.
 */
#include "lives.h"
#include "updated_world.h"

#include <neuron/status.h>
#include <nexus/status.h>
#include <sodium/crypto_hash_sha256.h>
#include <stdio.h>
#include <string.h>

enum { LIVES = 8, VARIANTS = 16, ROOM = 2 * STATEFS_BLOCK + 150, ROOM_OF_TRANSITION = 164 };

static const struct nexus_client client = {.id = 1, .name = "client", .task = 5};

/* What updated would read now. */
static struct bootctl kept(void)
{
    const struct value value = value_now();
    struct bootctl state;

    if (value.length == 0) {
        bootctl_begin(&state);
    } else {
        assert_true(bootctl_decode(&state, value.bytes, value.length));
    }
    return state;
}

static bool is_same(const struct bootctl *one, const struct bootctl *other)
{
    uint8_t bytes[2][BOOTCTL_BYTES];

    bootctl_encode(one, bytes[0]);
    bootctl_encode(other, bytes[1]);
    return memcmp(bytes[0], bytes[1], BOOTCTL_BYTES) == 0;
}

static void assert_packages_whole(const struct bootctl *state)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    struct package package;

    for (unsigned slot = 0; slot < SLOTS; slot++) {
        const uint8_t *bytes = world->begin.sectors[slot * SECTORS / SLOTS];
        if (state->slot[slot].bytes != 0) {
            (void)crypto_hash_sha256(digest, bytes, state->slot[slot].bytes);
            assert_memory_equal(digest, state->slot[slot].digest, sizeof(digest));
            assert_int_equal(package_read(bytes, state->slot[slot].bytes, &package), PACKAGE_GOOD);
            assert_int_equal(package_check_bundles(&package), PACKAGE_GOOD);
        }
    }
}

static void note(int result)
{
    assert_int_equal(result, 0);
    world->states[++world->acknowledged] = kept();
}

/* Another boot, with what is durable when nothing is lost. */
static void boot_again(void)
{
    static struct store store;

    cut_power(&store, 1);
    begin_boot(&store);
}

/* --- boots, one after the other ------------------------------------------------------------------ */

static void counted(void)
{
    struct BootStatus status;

    assert_int_equal(boot_status(client, &status), 0);
    world->status = status;
    world->states[0] = kept();
}

static void stages_and_switches(void)
{
    counted();
    note(boot_stage(client, packages[0], lengths[0]));
    note(boot_stage(client, packages[1], lengths[1]));
    note(boot_switch_slot(client, 2));
}

static void confirms_and_stages(void)
{
    counted();
    note(boot_health_ok(client));
    note(boot_stage(client, packages[0], lengths[0]));
    note(boot_switch_slot(client, 1));
}

static void (*const boots[LIVES])(void) = {stages_and_switches,
                                           counted,
                                           confirms_and_stages,
                                           counted,
                                           counted,
                                           stages_and_switches,
                                           counted,
                                           counted};

/* The state before or after what was under way, or, of staging, that which names nothing. */
static bool is_possible(const struct bootctl *state, const struct bootctl *before,
                        unsigned acknowledged, bool was_counted, const struct bootctl *states)
{
    const struct bootctl *next = &states[acknowledged + (acknowledged < EVENTS ? 1 : 0)];
    struct bootctl cleared = states[acknowledged];

    if (!was_counted) {
        return is_same(state, before) || is_same(state, &states[0]);
    }
    return is_same(state, &states[acknowledged]) || is_same(state, next) ||
           (!is_same(next, &states[acknowledged]) && next->staged != NO_SLOT &&
            bootctl_clear(&cleared) && is_same(state, &cleared));
}

/* The next boot is counted, once. */
static void assert_next_boot(struct bootctl state)
{
    uint8_t chosen = 0;

    assert_int_equal(live(counted), 0);
    (void)bootctl_attempt(&state, &chosen);
    assert_int_equal(world->status.chosen, chosen);
    assert_int_equal(world->status.tries, state.tries);
    assert_true(is_same(&world->states[0], &state));
}

/* Its end is one more cut. */
static unsigned cut_boot(unsigned boot, const struct store *begin, const struct bootctl *states)
{
    static struct store stores[VARIANTS];
    unsigned cut = 0;
    int status = CUT;

    begin_boot(begin);
    const struct bootctl before = kept();
    while (status == CUT) {
        begin_boot(begin);
        world->cut_at = ++cut;
        memset(world->states, 0xee, sizeof(world->states));
        status = live(boots[boot]);
        assert_true(status == CUT || status == 0);
        const unsigned acknowledged = world->acknowledged;
        const bool was_counted = world->states[0].active != 0xee;
        for (unsigned variant = 0; variant < VARIANTS; variant++) {
            cut_power(&stores[variant], variant);
        }
        for (unsigned variant = 0; variant < VARIANTS; variant++) {
            begin_boot(&stores[variant]);
            const struct bootctl state = kept();
            assert_true(is_possible(&state, &before, acknowledged, was_counted, states));
            assert_packages_whole(&state);
            assert_next_boot(state);
        }
    }
    return cut;
}

/* `fill`: the log is so full that one of the first transitions of each boot compacts it. How many boots did. */
static unsigned cut_boots(bool fill)
{
    static struct store begin;
    static struct store end;
    struct bootctl states[EVENTS + 1];
    unsigned compactions = 0;
    unsigned cuts = 0;

    for (unsigned boot = 0; boot < LIVES; boot++) {
        if (fill) {
            fill_log(ROOM + boot % 3 * ROOM_OF_TRANSITION);
            boot_again();
        }
        begin = world->begin;
        const uint64_t epoch = epoch_now();
        assert_int_equal(live(boots[boot]), 0);
        memcpy(states, world->states, sizeof(states));
        for (unsigned i = world->acknowledged + 1; i <= EVENTS; i++) {
            states[i] = states[world->acknowledged];
        }
        cut_power(&end, 0);
        cuts += cut_boot(boot, &begin, states);
        begin_boot(&end);
        compactions += epoch_now() != epoch ? 1 : 0;
    }
    printf("cuts: %u, disks after them: %u, boots that compacted: %u\n", cuts, cuts * VARIANTS,
           compactions);
    assert_true(cuts > 100);
    return compactions;
}

static void a_cut_at_any_step_leaves_a_state_and_whole_packages(void **state)
{
    (void)state;
    assert_int_equal(cut_boots(false), 0);
}

static void a_cut_while_a_transition_compacts_does_too(void **state)
{
    (void)state;
    assert_true(cut_boots(true) >= LIVES / 2);
}

/* --- a boot, many lives -------------------------------------------------------------------------- */

/* A death at a call is an answer that never came back; the next life is in the same process, as what it keeps. */
static void lives_again(void)
{
    counted();
    life_script = counted;
    (void)component_main();
}

static void a_restart_counts_no_second_attempt(void **state)
{
    (void)state;
    assert_int_equal(live(stages_and_switches), 0);
    boot_again();
    assert_int_equal(live(lives_again), 0);
    assert_int_equal(world->status.tries, 1);
    assert_int_equal(world->status.chosen, 1);
}

/* It comes back: the boot is counted then, and nothing is served before. */
static void waits_for_its_state(void)
{
    struct BootStatus status;

    world->fail_at = world->calls + 1;
    assert_int_equal(boot_status(client, &status), BOOT_NO_STATE);
    counted();
}

static void a_state_that_cannot_be_read_is_not_none(void **state)
{
    (void)state;
    assert_int_equal(live(stages_and_switches), 0);
    boot_again();
    world->fail_at = 1;
    world->failure = NEURON_TIMEOUT;
    assert_int_equal(live(waits_for_its_state), 0);
    assert_int_equal(world->status.tries, 1);
    assert_int_equal(world->status.pending, 1);
}

/* --- failures ------------------------------------------------------------------------------------ */

static void a_death_of_a_server_at_any_call_is_survived(void **state)
{
    static const int deaths[] = {NEURON_PEER_DIED, NEURON_PEER_RESTARTED};
    static struct store blank;
    static struct store wanted;

    (void)state;
    blank = world->begin;
    assert_int_equal(live(stages_and_switches), 0);
    const unsigned calls = world->calls;
    boot_again();
    wanted = world->begin;
    const struct bootctl last = kept();
    for (unsigned at = 1; at <= calls; at++) {
        for (unsigned i = 0; i < 2; i++) {
            begin_boot(&blank);
            world->fail_at = at;
            world->failure = deaths[i];
            assert_int_equal(live(stages_and_switches), 0);
            boot_again();
            const struct bootctl now = kept();
            assert_true(is_same(&now, &last));
            assert_memory_equal(world->begin.sectors, wanted.sectors, sizeof(wanted.sectors));
        }
    }
}

static void is_refused(void)
{
    world->result = boot_stage(client, packages[0], lengths[0]);
}

static void assert_refused(int error)
{
    static struct store before;

    boot_again();
    before = world->begin;
    assert_int_equal(live(is_refused), 0);
    assert_int_equal(world->result, error);
    boot_again();
    assert_memory_equal(&world->begin, &before, sizeof(before));
    make_packages();
}

static void make_with_path(const char *path)
{
    const struct package_part part = {path, (const uint8_t *)"x", 1};

    lengths[0] = package_make(packages[0], &part, 1, private_key);
}

static void make_with_path_twice(const char *path)
{
    const struct package_part part = {path, (const uint8_t *)"x", 1};
    const struct package_part parts[] = {part, part};

    lengths[0] = package_make(packages[0], parts, 2, private_key);
}

static void wrong_packages_are_refused_and_change_nothing(void **state)
{
    static const char *const paths[] = {"/boot", "..", "../a",  "a/../b", "a/..",    "a//b",
                                        "a/",    ".",  "a/./b", "",       "a\\..\\b"};

    (void)state;
    for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        make_with_path(paths[i]);
        assert_refused(BOOT_BAD_PATH);
    }
    packages[0][PACKAGE_HEADER + 2 * PACKAGE_ENTRY] ^= 1; /* the signature */
    assert_refused(BOOT_BAD_SIGNATURE);
    packages[0][PACKAGE_HEADER + PACKAGE_PATH + 4] ^= 1; /* a hash, which is signed */
    assert_refused(BOOT_BAD_SIGNATURE);
    packages[0][lengths[0] - 1] ^= 1;
    assert_refused(BOOT_BAD_HASH);
    lengths[0]--;
    assert_refused(BOOT_TRUNCATED);
    lengths[0] = 5;
    assert_refused(BOOT_TRUNCATED);
    packages[0][12] = 1; /* 8193 bytes */
    packages[0][13] = 0x20;
    assert_refused(BOOT_TOO_LARGE);
    packages[0][8] = 0; /* bundles */
    assert_refused(BOOT_BAD_PACKAGE);
    packages[0][8] = PACKAGE_BUNDLES + 1;
    assert_refused(BOOT_BAD_PACKAGE);
    make_with_path_twice("boot");
    assert_refused(BOOT_BAD_PATH);
    packages[0][0] ^= 1;
    assert_refused(BOOT_BAD_PACKAGE);
    packages[0][PACKAGE_HEADER + PACKAGE_PATH + 3] = 0x80; /* a length */
    assert_refused(BOOT_BAD_PACKAGE);
    packages[0][PACKAGE_HEADER + PACKAGE_PATH - 1] = 'x'; /* a path without an end */
    assert_refused(BOOT_BAD_PACKAGE);
    updated_mock_trusted_key[0] ^= 1;
    assert_refused(BOOT_BAD_SIGNATURE);
    updated_mock_trusted_key[5] = '\0';
    assert_refused(BOOT_NO_TRUST);
}

static void events_that_are_not_possible(void)
{
    assert_int_equal(boot_switch_slot(client, 1), BOOT_NOTHING_STAGED);
    assert_int_equal(boot_switch_slot(client, 0), BOOT_BAD_TRIES);
    assert_int_equal(boot_switch_slot(client, 256), BOOT_BAD_TRIES);
    assert_int_equal(boot_stage(client, packages[0], lengths[0]), 0);
    assert_int_equal(boot_switch_slot(client, 1), 0);
    assert_int_equal(boot_switch_slot(client, 1), BOOT_IN_TRIAL);
    assert_int_equal(boot_stage(client, packages[0], lengths[0]), BOOT_IN_TRIAL);
    assert_int_equal(boot_health_ok(client), 0); /* of the slot that this boot has chosen */
    assert_int_equal(kept().pending, 1);
}

static void what_is_not_possible_is_refused(void **state)
{
    (void)state;
    assert_int_equal(live(events_that_are_not_possible), 0);
}

/* --- what is possible ---------------------------------------------------------------------------- */

static void stages_the_largest(void)
{
    stages_and_switches();
    assert_int_equal(lengths[1], PACKAGE_MAX);
}

static void the_largest_package_is_staged_whole(void **state)
{
    static const uint8_t kernel[PACKAGE_MAX - PACKAGE_HEADER - PACKAGE_ENTRY - PACKAGE_SIGNATURE];
    const struct package_part part = {"boot/kernel.elf", kernel, sizeof(kernel)};

    (void)state;
    lengths[1] = package_make(packages[1], &part, 1, private_key);
    assert_int_equal(live(stages_the_largest), 0);
    boot_again();
    const struct bootctl now = kept();
    assert_int_equal(now.slot[1].bytes, PACKAGE_MAX);
    assert_packages_whole(&now);
}

static void switches_for_as_long_as_possible(void)
{
    counted();
    note(boot_stage(client, packages[0], lengths[0]));
    note(boot_switch_slot(client, TRIES_MAX));
}

static void every_try_is_a_boot_and_the_next_one_rolls_back(void **state)
{
    (void)state;
    assert_int_equal(live(switches_for_as_long_as_possible), 0);
    for (unsigned tries = TRIES_MAX; tries-- > 0;) {
        boot_again();
        assert_int_equal(live(counted), 0);
        assert_int_equal(world->status.chosen, 1);
        assert_int_equal(world->status.tries, tries);
    }
    boot_again();
    assert_int_equal(live(counted), 0);
    assert_int_equal(world->status.chosen, 0);
    assert_int_equal(world->status.health, HEALTH_ROLLED_BACK);
}

static void what_is_kept_has_the_documented_form(void **state)
{
    const uint8_t head[] = {1, 0, 1, NO_SLOT, 2, BOOTCTL_ON_TRIAL, 0, 0};
    uint8_t expected[BOOTCTL_BYTES] = {0};

    (void)state;
    assert_int_equal(live(stages_and_switches), 0);
    boot_again();
    memcpy(expected, head, sizeof(head));
    expected[44] = (uint8_t)lengths[1];
    expected[45] = (uint8_t)(lengths[1] >> 8);
    (void)crypto_hash_sha256(expected + 48, packages[1], lengths[1]);
    const struct value value = value_now();
    assert_int_equal(value.length, sizeof(expected));
    assert_memory_equal(value.bytes, expected, sizeof(expected));
}

/* --- damage -------------------------------------------------------------------------------------- */

static void finds_damage(void)
{
    struct BootStatus status;

    assert_int_equal(boot_status(client, &status), BOOT_DAMAGED);
    assert_int_equal(boot_stage(client, packages[0], lengths[0]), BOOT_DAMAGED);
}

static void a_damaged_state_is_told_and_left_alone(void **state)
{
    (void)state;
    assert_int_equal(live(stages_and_switches), 0);
    boot_again();
    const struct value good = value_now();
    for (unsigned i = 0; i < 8; i++) {
        struct value damaged = good;
        damaged.bytes[i] = 0x77;
        set_value(&damaged);
        boot_again();
        if (i != 4) { /* so many tries are possible */
            assert_int_equal(live(finds_damage), 0);
            boot_again();
            const struct value left = value_now();
            assert_memory_equal(&left, &damaged, sizeof(damaged));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_cut_at_any_step_leaves_a_state_and_whole_packages, start),
        cmocka_unit_test_setup(a_cut_while_a_transition_compacts_does_too, start),
        cmocka_unit_test_setup(a_restart_counts_no_second_attempt, start),
        cmocka_unit_test_setup(a_state_that_cannot_be_read_is_not_none, start),
        cmocka_unit_test_setup(a_death_of_a_server_at_any_call_is_survived, start),
        cmocka_unit_test_setup(wrong_packages_are_refused_and_change_nothing, start),
        cmocka_unit_test_setup(what_is_not_possible_is_refused, start),
        cmocka_unit_test_setup(the_largest_package_is_staged_whole, start),
        cmocka_unit_test_setup(every_try_is_a_boot_and_the_next_one_rolls_back, start),
        cmocka_unit_test_setup(what_is_kept_has_the_documented_form, start),
        cmocka_unit_test_setup(a_damaged_state_is_told_and_left_alone, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
