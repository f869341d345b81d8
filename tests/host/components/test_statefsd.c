/* statefsd: who may, transactions, and what becomes of requests when virtioblkd dies or its disk fails. The disk lies in memory
 * that all lives share. */
#include "statefsd.mock.h"

#include "cmocka_all.h"
#include "gates.h"
#include "lives.h"
#include "quotas.h"
#include "transactions.h"

#include <neuron/status.h>
#include <nexus/block.h>
#include <nexus/host.h>
#include <nexus/status.h>
#include <string.h>
#include <sys/mman.h>

enum { BLOCKS = 64, SECTORS = BLOCKS * 8, TEXT_BYTES = 8192, LINE_BYTES = 250 };

static const struct nexus_client anyone = {.id = 1, .task = 1, .name = "anyone"};
static const struct nexus_client keeper = {.id = 2, .task = 2, .name = "keeper"};
static const struct nexus_client thief = {.id = 3, .task = 3, .name = "thief"};
static const struct nexus_client reader = {.id = 4, .task = 4, .name = "reader"};

/* What lives leave behind. */
static struct {
    uint8_t disk[SECTORS][NEXUS_BLOCK_SECTOR];
    char text[TEXT_BYTES]; /* lines of the console */
    unsigned questions, flushes, most;
} * world;

/* What goes wrong: behind so many requests of this kind, so many times. */
static struct {
    uint32_t operation, after, times, result;
    unsigned deaths; /* calls of go that virtioblkd dies over, behind `quiet` ones */
    unsigned quiet;
    int end;    /* what go answers behind `quiet` calls, if not 0 */
    int open;   /* what open answers */
    int reopen; /* and the second time */
    uint64_t sectors;
    bool read_only, grows;
    uint32_t wrong_tag, wrong_count;
    bool nothing; /* go answers without an answer */
} fault;

static int policy_status, policy_status_once;

void line_show(const char *text, size_t length);
void line_show(const char *text, size_t length)
{
    const size_t used = strlen(world->text);

    assert_true(used + length + 2 < sizeof(world->text) && length < LINE_BYTES);
    memcpy(world->text + used, text, length);
    memcpy(world->text + used + length, "\n", 2);
}

static bool said(const char *line)
{
    return strstr(world->text, line) != NULL;
}

static unsigned times_said(const char *line)
{
    unsigned times = 0;

    for (const char *at = world->text; (at = strstr(at, line)) != NULL; at++) {
        times++;
    }
    return times;
}

/* --- virtioblkd ---------------------------------------------------------------------------------- */

static uint32_t done;    /* requests of the session */
static bool opened_once; /* in this life */

static int open_disk(uint64_t *sectors, bool *read_only)
{
    const int status = opened_once ? fault.reopen : fault.open;

    *sectors = fault.sectors + (opened_once && fault.grows ? 8 : 0);
    *read_only = fault.read_only;
    if (status == NEURON_PEER_RESTARTED || status == NEURON_PEER_DIED) {
        *(opened_once ? &fault.reopen : &fault.open) = 0; /* said once */
        return status;
    }
    opened_once = true;
    done = 0;
    return status;
}

static uint32_t perform(const struct nexus_block_request *request)
{
    uint8_t *bytes = (uint8_t *)blocks_buffers() + request->offset;

    if (request->operation == fault.operation && fault.after > 0) {
        fault.after--;
    } else if (request->operation == fault.operation && fault.times > 0) {
        fault.times--;
        return fault.result;
    }
    if (request->operation == NEXUS_BLOCK_FLUSH) {
        world->flushes++;
        return NEXUS_BLOCK_DONE;
    }
    assert_true(request->sector + request->sectors <= SECTORS);
    if (request->operation == NEXUS_BLOCK_WRITE) {
        memcpy(world->disk[request->sector], bytes, STATEFS_BLOCK);
    } else {
        memcpy(bytes, world->disk[request->sector], STATEFS_BLOCK);
    }
    return NEXUS_BLOCK_DONE;
}

/* Does all that was asked for, the latest first among those that have no order. */
static int go(uint32_t asked, uint32_t seen, uint32_t *answered)
{
    struct nexus_block_ring *ring = blocks_ring();

    (void)seen;
    if (fault.quiet > 0) {
        fault.quiet--;
    } else if (fault.deaths > 0) {
        fault.deaths--;
        memset(ring, 0xee, sizeof(*ring)); /* its memory is as new, or anything */
        memset(blocks_buffers(), 0xee, 40 * STATEFS_BLOCK);
        return fault.deaths % 2 == 0 ? NEURON_PEER_DIED : NEURON_PEER_RESTARTED;
    } else if (fault.end != 0) {
        return fault.end;
    }
    if (fault.nothing) {
        *answered = seen;
        return 0;
    }
    world->most = asked - done > world->most ? asked - done : world->most;
    while (done != asked) {
        const struct nexus_block_request request = ring->requests[done % NEXUS_BLOCK_DEPTH];
        ring->answers[done % NEXUS_BLOCK_DEPTH] =
            (struct nexus_block_answer){request.tag + fault.wrong_tag, perform(&request)};
        done++;
    }
    *answered = done + fault.wrong_count;
    return 0;
}

/* --- policyd ------------------------------------------------------------------------------------- */

static int decide(uint64_t deadline, uint32_t subject, const char *capability,
                  enum Decision *decision, uint64_t *sequence)
{
    const int once = policy_status_once;

    assert_true(deadline > 0);
    world->questions++;
    *sequence = 1;
    *decision = DECISION_DENY;
    policy_status_once = 0;
    if (once != 0 || policy_status != 0) {
        return once != 0 ? once : policy_status;
    }
    const bool may = subject == anyone.task ||
                     (subject == keeper.task && strcmp(capability, "statefs.keystore") == 0) ||
                     (subject == reader.task && strcmp(capability, "statefs.read") == 0);
    *decision = may ? DECISION_ALLOW : DECISION_DENY;
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    memset(world, 0, sizeof(*world));
    memset(&fault, 0, sizeof(fault));
    fault.sectors = SECTORS;
    policy_status = policy_status_once = 0;
    statefsd_mock_reset();
    statefsd_mock.blocks_open = open_disk;
    statefsd_mock.blocks_go = go;
    statefsd_mock.policy_check_until = decide;
    lives_begin();
    return 0;
}

/* --- in a life ----------------------------------------------------------------------------------- */

static int put(const char *path, const char *text)
{
    return state_put(anyone, path, text, strlen(text));
}

static bool holds(const char *path, const char *text)
{
    char value[STATE_GET_VALUE_MAX];
    size_t length = 0;

    return state_get(anyone, path, value, &length) == 0 && length == strlen(text) &&
           memcmp(value, text, length) == 0;
}

static int get(struct nexus_client client, const char *path)
{
    char value[STATE_GET_VALUE_MAX];
    size_t length = 0;

    return state_get(client, path, value, &length);
}

static void store_one(void)
{
    assert_int_equal(put("/state/one", "first"), 0);
    assert_int_equal(state_sync(anyone), 0);
}

static void find_one(void)
{
    assert_true(holds("/state/one", "first"));
}

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
    (void)fresh(state);
    fault.operation = NEXUS_BLOCK_READ;
    fault.times = 1;
    fault.result = NEXUS_BLOCK_IO_ERROR;
    assert_int_equal(live(nothing), 100);
    assert_true(said("the disk cannot be used: I/O error") && !said("ready"));
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
    for (unsigned i = 0; i < STATEFS_QUOTAS_MAX; i++) {
        strcat(text, i == 0 ? "/state/q 1" : ",/state/q 1");
    }
    assert_true(quotas_read(text, found, &count) && count == STATEFS_QUOTAS_MAX);
    strcat(text, ",/state/q 1");
    assert_false(quotas_read(text, found, &count));
    memset(text, 'x', sizeof(text));
    memcpy(text, "/state/", strlen("/state/"));
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
    char path[STATE_LIST_PATH_MAX + 1] = "";
    uint32_t length = 0;
    int result = 0;

    while ((result = state_list(client, prefix, path, path, &length)) == 0) {
        assert_int_equal(length, strlen(path));
        strcat(strcat(found, path), " ");
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

/* --- the disk ------------------------------------------------------------------------------------ */

/* More blocks than can be under way at once, which come back in the next life. */
static void store_much(void)
{
    for (uint32_t i = 0; i < 10; i++) {
        char path[] = "/state/many/0";
        path[sizeof(path) - 2] = (char)('0' + i);
        memset(state_window(anyone), (int)i + 1, STATE_WINDOW_BYTES);
        assert_int_equal(state_put_long(anyone, path, 8000), 0);
    }
    assert_int_equal(state_sync(anyone), 0);
}

static void find_much(void)
{
    for (uint32_t i = 0; i < 10; i++) {
        char path[] = "/state/many/0";
        uint32_t length = 0;
        path[sizeof(path) - 2] = (char)('0' + i);
        assert_int_equal(state_get_long(anyone, path, &length), 0);
        const uint8_t *window = state_window(anyone);
        assert_true(length == 8000 && window[0] == i + 1 && window[7999] == i + 1);
    }
}

static void store_and_find_much(void)
{
    store_much();
    find_much();
}

static void many_writes_are_under_way(void **state)
{
    (void)state;
    assert_int_equal(live(store_and_find_much), 0);
    assert_true(world->most > 10);
    assert_int_equal(live(find_much), 0);
}

static void deaths_of_virtioblkd_are_not_noticed(void **state)
{
    for (unsigned quiet = 0; quiet < 12; quiet++) {
        (void)fresh(state);
        fault.quiet = quiet;
        fault.deaths = 3;
        fault.reopen = NEURON_PEER_RESTARTED;
        assert_int_equal(live(store_and_find_much), 0);
        fault.deaths = 0;
        assert_int_equal(live(find_much), 0);
        assert_false(said("error"));
    }
}

static void lost_requests_are_repeated(void **state)
{
    static const uint32_t operations[] = {NEXUS_BLOCK_READ, NEXUS_BLOCK_WRITE, NEXUS_BLOCK_FLUSH};

    for (int i = 0; i < 3; i++) {
        for (uint32_t after = 0; after < 4; after++) {
            (void)fresh(state);
            fault.operation = operations[i];
            fault.after = after;
            fault.times = 8;
            fault.result = NEXUS_BLOCK_LOST;
            assert_int_equal(live(store_and_find_much), 0);
            fault.times = 0;
            assert_int_equal(live(find_much), 0);
            assert_false(said("error"));
        }
    }
}

/* A write that is repeated may be done behind the flush: so there is one more. */
static void flush_again(void)
{
    store_one();
    fault.operation = NEXUS_BLOCK_WRITE;
    fault.times = 1;
    fault.result = NEXUS_BLOCK_LOST;
    const unsigned flushes = world->flushes;
    assert_int_equal(put("/state/one", "second"), 0);
    assert_int_equal(state_sync(anyone), 0);
    assert_int_equal(world->flushes, flushes + 2);
}

static void flush_follows_what_was_repeated(void **state)
{
    (void)state;
    assert_int_equal(live(flush_again), 0);
}

/* The fault is set up when something is stored already. */
static uint32_t bad_operation, bad_result, bad_times;

static void fail_to_write(void)
{
    store_one();
    fault.operation = bad_operation;
    fault.result = bad_result;
    fault.times = bad_times;
    assert_int_equal(put("/state/two", "lost"), 0);
    assert_int_equal(state_sync(anyone), STATE_IO_ERROR);
    assert_int_equal(state_sync(anyone), STATE_READ_ONLY);
    assert_int_equal(put("/state/three", "x"), STATE_READ_ONLY);
    assert_int_equal(state_remove(anyone, "/state/one"), STATE_READ_ONLY);
    find_one();
}

static void failed_write_makes_it_read_only(void **state)
{
    static const struct {
        uint32_t operation, result, times;
        const char *line;
    } faults[] = {
        {NEXUS_BLOCK_WRITE, NEXUS_BLOCK_IO_ERROR, 1, "the disk failed: write (it says so)"},
        {NEXUS_BLOCK_WRITE, NEXUS_BLOCK_READ_ONLY, 1, "the disk failed: write (it is read-only)"},
        {NEXUS_BLOCK_WRITE, NEXUS_BLOCK_LOST, 99, "the disk failed: write (it says so)"},
        {NEXUS_BLOCK_FLUSH, NEXUS_BLOCK_IO_ERROR, 1, "the disk failed: flush (it says so)"},
    };

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        (void)fresh(state);
        bad_operation = faults[i].operation;
        bad_result = faults[i].result;
        bad_times = faults[i].times;
        assert_int_equal(live(fail_to_write), 0);
        assert_int_equal(times_said(faults[i].line), 1);
        assert_int_equal(live(find_one), 0);
    }
}

static void (*break_it)(void);

static void fail_from_now_on(void)
{
    store_much();
    break_it();
    assert_int_equal(put("/state/two", "lost"), 0);
    assert_int_equal(state_sync(anyone), STATE_IO_ERROR);
    assert_int_equal(get(anyone, "/state/many/0"), STATE_VALUE_TOO_LARGE);
    assert_int_equal(state_sync(anyone), STATE_READ_ONLY);
}

static void end_it(void)
{
    fault.end = NEURON_PEER_GONE;
}

static void die_for_good(void)
{
    fault.deaths = 1;
    fault.reopen = NEURON_PEER_GONE;
}

static void come_back_as_another(void)
{
    fault.deaths = 1;
    fault.grows = true;
}

static void answer_what_nobody_asked(void)
{
    fault.wrong_tag = 3;
}

static void answer_too_much(void)
{
    fault.wrong_count = 40;
}

static void answer_nothing(void)
{
    fault.nothing = true;
}

static void virtioblkd_that_is_wrong_is_not_believed(void **state)
{
    static const struct {
        void (*what)(void);
        const char *line;
    } ways[] = {
        {end_it, "the disk failed: virtioblkd (the server was given up)"},
        {die_for_good, "the disk failed: opening it again (the server was given up)"},
        {come_back_as_another, "the disk failed: opening it again (it is another one)"},
        {answer_what_nobody_asked, "the disk failed: an answer (nobody asked for it)"},
        {answer_too_much, "the disk failed: virtioblkd (its answer makes no sense)"},
        {answer_nothing, "the disk failed: virtioblkd (its answer makes no sense)"},
    };

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        (void)fresh(state);
        break_it = ways[i].what;
        assert_int_equal(live(fail_from_now_on), 0);
        assert_int_equal(times_said(ways[i].line), 1);
        assert_int_equal(times_said("the disk failed"), 1);
    }
}

static void read_fails(void)
{
    uint32_t length = 0;

    store_much();
    fault.operation = NEXUS_BLOCK_READ;
    fault.times = 1;
    fault.result = NEXUS_BLOCK_IO_ERROR;
    assert_int_equal(state_get_long(anyone, "/state/many/0", &length), STATE_IO_ERROR);
    find_much(); /* the next time it does not */
    assert_int_equal(put("/state/one", "x"), 0);
    fault.end = NEURON_PEER_GONE;
    assert_int_equal(state_get_long(anyone, "/state/many/0", &length), STATE_IO_ERROR);
}

static void failed_read_is_an_error_of_one_call(void **state)
{
    (void)state;
    assert_int_equal(live(read_fails), 0);
    assert_true(said("the disk failed: error 1 of a read of block"));
}

static void damage_what_is_kept(void)
{
    uint32_t length = 0;

    store_much();
    for (int sector = 8; sector < SECTORS - 8; sector++) {
        world->disk[sector][100] ^= 1;
    }
    assert_int_equal(state_get_long(anyone, "/state/many/3", &length), STATE_CORRUPTED);
}

static void find_nothing(void)
{
    assert_int_equal(get(anyone, "/state/many/3"), STATE_NOT_FOUND);
}

static void damage_is_told_and_not_served(void **state)
{
    (void)state;
    assert_int_equal(live(damage_what_is_kept), 0);
    assert_true(said("crc mismatch (record="));
    world->text[0] = '\0';
    assert_int_equal(live(find_nothing), 0);
    assert_true(said("crc mismatch (record="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(blank_disk_is_formatted_once_and_kept, fresh),
        cmocka_unit_test_setup(disks_that_cannot_be_used_are_left_alone, fresh),
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
    void *shared =
        mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return 1;
    }
    world = shared;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
