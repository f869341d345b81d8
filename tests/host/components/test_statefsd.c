/* statefsd: how it begins, who may, values and transactions; statefsd_disk.c has what becomes of its disk. */
#include "cmocka_all.h"
#include "gates.h"
#include "lives.h"
#include "quotas.h"
#include "statefsd_disk.h"
#include "statefsd_world.h"
#include "transactions.h"

#include <neuron/status.h>
#include <nexus/status.h>
#include <string.h>

static void nothing(void)
{
}

/* --- the beginning ------------------------------------------------------------------------------- */

static void blank_disk_is_formatted_once_and_kept(void **state)
{
    (void)state;
    assert_int_equal(live(store_one), 0);
    assert_true(said("the disk was blank and is formatted\n") && said("ready\n"));
    world->text[0] = '\0';
    assert_int_equal(live(find_one), 0);
    assert_false(said("formatted"));
    assert_true(said("ready\n"));
}

static void disks_that_cannot_be_used_are_left_alone(void **state)
{
    (void)state;
    memset(world->disk, 'x', sizeof(world->disk));
    assert_int_equal(live(nothing), 100);
    assert_true(said("neither blank nor a statefs of this size; ./nexus mkfs would erase it"));
    for (size_t i = 0; i < sizeof(world->disk); i++) {
        assert_int_equal(((uint8_t *)world->disk)[i], 'x');
    }
    (void)fresh(state);
    fault.read_only = true;
    assert_int_equal(live(nothing), 100);
    assert_true(said("it is blank and read-only"));
    (void)fresh(state);
    fault.sectors = 39 * 8;
    assert_int_equal(live(nothing), 100);
    assert_true(said("it is too small"));
}

/* The disk is well again, but was not when statefsd began. */
static void errors_only(void)
{
    char path[STATE_LIST_PATH_MAX + 1];
    uint32_t length = 0;

    fault.times = 0;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(get(anyone, "/state/one"), STATE_IO_ERROR);
        assert_int_equal(get(anyone, "/state/none"), STATE_IO_ERROR);
        assert_int_equal(state_get_long(anyone, "/state/one", &length), STATE_IO_ERROR);
        assert_int_equal(put("/state/one", "x"), STATE_IO_ERROR);
        assert_int_equal(state_put_long(anyone, "/state/one", 1), STATE_IO_ERROR);
        assert_int_equal(state_remove(anyone, "/state/one"), STATE_IO_ERROR);
        assert_int_equal(state_sync(anyone), STATE_IO_ERROR);
        assert_int_equal(state_list(anyone, "/state", "", path, &length), STATE_IO_ERROR);
        assert_int_equal(state_list(anyone, "/state/one", "", path, &length), STATE_IO_ERROR);
        assert_int_equal(state_begin(anyone), STATE_IO_ERROR);
        assert_int_equal(state_commit(anyone), STATE_NO_TRANSACTION);
        assert_int_equal(get(thief, "/state/one"), STATE_ACCESS_DENIED);
    }
}

static void disk_that_cannot_be_read_is_an_error_of_all_calls(void **state)
{
    uint8_t before[sizeof(world->disk)];

    assert_int_equal(live(store_one), 0);
    memcpy(before, world->disk, sizeof(before));
    for (uint32_t after = 0; after < 3; after++) { /* two superblocks and the log */
        world->text[0] = '\0';
        fault.operation = NEXUS_BLOCK_READ;
        fault.after = after;
        fault.times = 99;
        fault.result = NEXUS_BLOCK_IO_ERROR;
        assert_int_equal(live(errors_only), 0);
        assert_int_equal(times_said("the disk cannot be used: I/O error"), 1);
        assert_false(said("ready"));
        assert_memory_equal(world->disk, before, sizeof(before));
    }
    fault.times = 0;
    assert_int_equal(live(find_one), 0);
    (void)fresh(state);
    fault.operation = NEXUS_BLOCK_WRITE; /* it is blank, and cannot be formatted */
    fault.times = 1;
    fault.result = NEXUS_BLOCK_IO_ERROR;
    assert_int_equal(live(errors_only), 0);
    assert_true(said("the disk cannot be used: I/O error") && !said("formatted"));
}

static void without_a_disk_it_says_so(void **state)
{
    (void)state;
    fault.open = NEURON_PEER_GONE;
    assert_int_equal(live(nothing), 100);
    assert_true(said("warning: no disk: the server was given up"));
    (void)fresh(state);
    fault.open = BLOCK_NO_EXTENT;
    assert_int_equal(live(nothing), 100);
    assert_true(said("warning: no disk: no part of it is for me"));
    (void)fresh(state);
    fault.open = NEURON_PEER_RESTARTED;
    assert_int_equal(live(store_one), 0);
}

static void write_read_only(void)
{
    find_one();
    assert_int_equal(put("/state/two", "x"), STATE_READ_ONLY);
    assert_int_equal(state_sync(anyone), STATE_READ_ONLY);
}

static void read_only_disk_is_read(void **state)
{
    (void)state;
    assert_int_equal(live(store_one), 0);
    fault.read_only = true;
    assert_int_equal(live(write_read_only), 0);
    assert_true(said("ready, read-only"));
}

static void quotas_are_read(void **state)
{
    static const char *const wrong[] = {
        "x 1",          "/state/a",    "/state/a x", "/state/a 1,,",
        "/state/a 1 2", "/state/a -1", ",",          "/state/a 99999999999999999999"};
    struct statefs_quota found[STATEFS_QUOTAS_MAX];
    char text[400] = "";
    uint32_t count = 9;

    assert_true(quotas_read("", found, &count) && count == 0);
    assert_true(quotas_read(" /state/a/ 10 , /state/b 20", found, &count) && count == 2);
    assert_string_equal(found[0].prefix, "/state/a/");
    assert_string_equal(found[1].prefix, "/state/b");
    assert_true(found[0].bytes == 10 && found[1].bytes == 20);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(quotas_read(wrong[i], found, &count));
    }
    char *end = text;
    for (unsigned i = 0; i < STATEFS_QUOTAS_MAX; i++) {
        end = stpcpy(end, i == 0 ? "/state/q 1" : ",/state/q 1");
    }
    assert_true(quotas_read(text, found, &count) && count == STATEFS_QUOTAS_MAX);
    (void)stpcpy(end, ",/state/q 1");
    assert_false(quotas_read(text, found, &count));
    memset(text, 'x', sizeof(text));
    text[stpcpy(text, "/state/") - text] = 'x';
    memcpy(text + 256, " 1", 3);
    assert_false(quotas_read(text, found, &count));
    (void)state;
}

/* --- gates --------------------------------------------------------------------------------------- */

static void gates_of_paths(void)
{
    assert_int_equal(put("/state/keystore/k", "secret"), 0);
    assert_int_equal(put("/state/boot/b", "boot"), 0);
    assert_int_equal(put("/state/z", "else"), 0);
    for (int round = 0; round < 2; round++) { /* the second time without a question */
        assert_int_equal(get(keeper, "/state/keystore/k"), 0);
        assert_int_equal(get(keeper, "/state/keystore/none/"), STATE_NOT_FOUND);
        assert_int_equal(get(keeper, "/state/keystore"), STATE_NOT_FOUND);
        assert_int_equal(get(keeper, "/state/keystores"), STATE_ACCESS_DENIED);
        assert_int_equal(get(keeper, "/state/boot/b"), STATE_ACCESS_DENIED);
        assert_int_equal(get(reader, "/state/z"), 0);
        assert_int_equal(get(reader, "/state/boot"), STATE_ACCESS_DENIED);
        assert_int_equal(state_put(reader, "/state/z", "x", 1), STATE_ACCESS_DENIED);
        assert_int_equal(state_remove(reader, "/state/z"), STATE_ACCESS_DENIED);
        assert_int_equal(state_put_long(reader, "/state/z", 1), STATE_ACCESS_DENIED);
        assert_int_equal(state_sync(keeper), 0);
        assert_int_equal(state_sync(reader), STATE_ACCESS_DENIED);
        assert_int_equal(state_begin(reader), STATE_ACCESS_DENIED);
        if (round == 0) {
            world->questions = 0;
        }
    }
    assert_int_equal(world->questions, 0);
}

static void paths_are_gated(void **state)
{
    (void)state;
    assert_int_equal(live(gates_of_paths), 0);
    assert_true(said("access denied path=/state/keystores sender=2\n"));
    assert_true(said("access denied path=/state sender=4\n"));
}

static void refused_often(void)
{
    for (int i = 0; i < 100; i++) {
        assert_int_equal(get(thief, "/state/keystore/k"), STATE_ACCESS_DENIED);
    }
}

static void refusals_do_not_flood_the_console(void **state)
{
    (void)state;
    assert_int_equal(live(refused_often), 0);
    assert_int_equal(times_said("access denied path=/state/keystore/k sender=3\n"), 16);
    assert_int_equal(world->questions, 1);
}

static void without_policyd(void)
{
    char path[STATE_LIST_PATH_MAX + 1];
    uint32_t length = 0;

    assert_int_equal(put("/state/a", "x"), 0);
    policy_status = NEURON_TIMEOUT;
    assert_int_equal(get(reader, "/state/a"), NEXUS_UNDECIDED);
    assert_int_equal(state_sync(keeper), NEXUS_UNDECIDED);
    assert_int_equal(state_list(reader, "/state", "", path, &length), NEXUS_UNDECIDED);
    assert_int_equal(state_list(reader, "/state/a", "", path, &length), NEXUS_UNDECIDED);
    policy_status = 0;
    policy_status_once = NEURON_PEER_RESTARTED;
    assert_int_equal(get(reader, "/state/a"), 0);
    assert_int_equal(state_sync(keeper), 0);
}

static void undecided_is_a_refusal_and_not_kept(void **state)
{
    (void)state;
    assert_int_equal(live(without_policyd), 0);
    assert_false(said("denied"));
}

static void list_all(struct nexus_client client, const char *prefix, const char *expected)
{
    char found[200] = "";
    char *end = found;
    char path[STATE_LIST_PATH_MAX + 1] = "";
    uint32_t length = 0;
    int result = 0;

    while ((result = state_list(client, prefix, path, path, &length)) == 0) {
        assert_int_equal(length, strlen(path));
        end = stpcpy(stpcpy(end, path), " ");
    }
    assert_int_equal(result, STATE_NOT_FOUND);
    assert_string_equal(found, expected);
}

static void lists(void)
{
    static const char *const paths[] = {"/state/z",   "/state/keystore/k", "/state/boot/b",
                                        "/state/a/b", "/state/ab",         "/state/a"};
    char path[STATE_LIST_PATH_MAX + 1];
    uint32_t length = 0;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(put(paths[i], paths[i]), 0);
    }
    list_all(anyone, "/state",
             "/state/a /state/a/b /state/ab /state/boot/b /state/keystore/k /state/z ");
    list_all(anyone, "/state/a/", "/state/a/b ");
    list_all(keeper, "/state/", "/state/keystore/k ");
    list_all(keeper, "/state/keystore", "/state/keystore/k ");
    list_all(reader, "/state", "/state/a /state/a/b /state/ab /state/z ");
    list_all(thief, "/state", "");
    assert_int_equal(state_list(thief, "/state/keystore", "", path, &length), STATE_ACCESS_DENIED);
    assert_int_equal(state_list(anyone, "/stat", "", path, &length), STATE_INVALID_KEY);
    assert_int_equal(state_list(anyone, "", "", path, &length), STATE_INVALID_KEY);
}

static void list_shows_what_may_be_read(void **state)
{
    (void)state;
    assert_int_equal(live(lists), 0);
}

/* --- values and transactions --------------------------------------------------------------------- */

static void values(void)
{
    uint32_t length = 0;
    char longest[STATE_PUT_PATH_MAX + 1];

    memset(longest, 'x', sizeof(longest));
    memcpy(longest, "/state/", strlen("/state/"));
    longest[STATE_PUT_PATH_MAX] = '\0';
    assert_int_equal(put(longest, "x"), STATE_KEY_TOO_LONG);
    longest[STATE_PUT_PATH_MAX - 1] = '/';
    assert_int_equal(put(longest, "x"), 0);
    assert_int_equal(put("/state/../x", "x"), STATE_INVALID_KEY);
    assert_int_equal(state_remove(anyone, "/state/none"), STATE_NOT_FOUND);
    memset(state_window(anyone), 7, STATE_WINDOW_BYTES);
    assert_int_equal(state_put_long(anyone, "/state/long", STATE_WINDOW_BYTES + 1),
                     STATE_VALUE_TOO_LARGE);
    assert_int_equal(state_put_long(anyone, "/state/long", STATE_WINDOW_BYTES), 0);
    memset(state_window(anyone), 0, STATE_WINDOW_BYTES);
    assert_int_equal(get(anyone, "/state/long"), STATE_VALUE_TOO_LARGE);
    assert_int_equal(state_get_long(anyone, "/state/long", &length), 0);
    assert_int_equal(length, STATE_WINDOW_BYTES);
    assert_int_equal(((uint8_t *)state_window(anyone))[STATE_WINDOW_BYTES - 1], 7);
    assert_int_equal(state_get_long(thief, "/state/long", &length), STATE_ACCESS_DENIED);
    assert_int_equal(state_put_long(anyone, "/state/limited", 4096), STATE_OVER_QUOTA);
    assert_int_equal(state_put_long(anyone, "/state/longer", STATE_WINDOW_BYTES), STATE_NO_SPACE);
}

static void values_are_put_and_got(void **state)
{
    (void)state;
    strcpy(statefsd_mock_quotas, "/state/limited 1000");
    assert_int_equal(live(values), 0);
    strcpy(statefsd_mock_quotas, "nonsense");
    assert_int_equal(live(values), 101);
    assert_true(said("the attribute quotas is"));
}

static void transact(void)
{
    struct nexus_client client = anyone;

    assert_int_equal(state_commit(anyone), STATE_NO_TRANSACTION);
    assert_int_equal(state_cancel(anyone), STATE_NO_TRANSACTION);
    assert_int_equal(state_begin(anyone), 0);
    assert_int_equal(state_begin(anyone), STATE_IN_TRANSACTION);
    assert_int_equal(put("/state/one", "1"), 0);
    assert_int_equal(state_remove(anyone, "/state/none"), 0);
    assert_int_equal(get(anyone, "/state/one"), STATE_NOT_FOUND);
    assert_int_equal(state_cancel(anyone), 0);
    assert_int_equal(state_begin(anyone), 0);
    assert_int_equal(put("/state/one", "1"), 0);
    assert_int_equal(put("/state/two", ""), 0);
    const unsigned flushes = world->flushes;
    world->most = 0;
    assert_int_equal(state_commit(anyone), 0);
    assert_true(holds("/state/one", "1") && holds("/state/two", "") && world->flushes > flushes);
    for (client.id = 10; client.id < 10 + TRANSACTIONS; client.id++) {
        assert_int_equal(state_begin(client), 0);
    }
    assert_int_equal(state_begin(client), STATE_BUSY);
    client.id = 10;
    state_client_died(client); /* makes room */
    state_client_died(client);
    client.id = 10 + TRANSACTIONS;
    assert_int_equal(state_begin(client), 0);
    for (int i = 0; i < OPERATIONS; i++) {
        assert_int_equal(state_put(client, "/state/x", "x", 1), 0);
    }
    assert_int_equal(state_put(client, "/state/x", "x", 1), STATE_TRANSACTION_FULL);
    assert_int_equal(state_commit(client), 0);
    assert_int_equal(state_begin(client), 0);
    assert_int_equal(state_put_long(client, "/state/x", STATE_WINDOW_BYTES), 0);
    assert_int_equal(state_put_long(client, "/state/x", STATE_WINDOW_BYTES),
                     STATE_TRANSACTION_FULL);
    assert_int_equal(state_cancel(client), 0);
}

static void transactions_are_bounded_and_end_with_their_clients(void **state)
{
    (void)state;
    assert_int_equal(live(transact), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(blank_disk_is_formatted_once_and_kept, fresh),
        cmocka_unit_test_setup(disks_that_cannot_be_used_are_left_alone, fresh),
        cmocka_unit_test_setup(disk_that_cannot_be_read_is_an_error_of_all_calls, fresh),
        cmocka_unit_test_setup(without_a_disk_it_says_so, fresh),
        cmocka_unit_test_setup(read_only_disk_is_read, fresh),
        cmocka_unit_test_setup(quotas_are_read, fresh),
        cmocka_unit_test_setup(paths_are_gated, fresh),
        cmocka_unit_test_setup(refusals_do_not_flood_the_console, fresh),
        cmocka_unit_test_setup(undecided_is_a_refusal_and_not_kept, fresh),
        cmocka_unit_test_setup(list_shows_what_may_be_read, fresh),
        cmocka_unit_test_setup(values_are_put_and_got, fresh),
        cmocka_unit_test_setup(transactions_are_bounded_and_end_with_their_clients, fresh),
        cmocka_unit_test_setup(many_writes_are_under_way, fresh),
        cmocka_unit_test_setup(deaths_of_virtioblkd_are_not_noticed, fresh),
        cmocka_unit_test_setup(lost_requests_are_repeated, fresh),
        cmocka_unit_test_setup(flush_follows_what_was_repeated, fresh),
        cmocka_unit_test_setup(failed_write_makes_it_read_only, fresh),
        cmocka_unit_test_setup(virtioblkd_that_is_wrong_is_not_believed, fresh),
        cmocka_unit_test_setup(failed_read_is_an_error_of_one_call, fresh),
        cmocka_unit_test_setup(damage_is_told_and_not_served, fresh),
    };
    if (!world_make()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
