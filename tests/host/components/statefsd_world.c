#include "statefsd_world.h"

#include "cmocka_all.h"

#include <neuron/status.h>
#include <nexus/host.h>
#include <statefs.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE_BYTES = 250 };

const struct nexus_client anyone = {.id = 1, .task = 1, .name = "anyone"};
const struct nexus_client keeper = {.id = 2, .task = 2, .name = "keeper"};
const struct nexus_client thief = {.id = 3, .task = 3, .name = "thief"};
const struct nexus_client reader = {.id = 4, .task = 4, .name = "reader"};

struct world *world;
struct fault fault;
int policy_status, policy_status_once;

bool world_make(void)
{
    void *shared =
        mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    world = shared;
    return shared != MAP_FAILED;
}

void line_show(const char *text, size_t length);
void line_show(const char *text, size_t length)
{
    const size_t used = strlen(world->text);

    assert_true(used + length + 2 < sizeof(world->text) && length < LINE_BYTES);
    memcpy(world->text + used, text, length);
    memcpy(world->text + used + length, "\n", 2);
}

bool said(const char *line)
{
    return strstr(world->text, line) != NULL;
}

unsigned times_said(const char *line)
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

int fresh(void **state)
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
    return 0;
}

/* --- in a life ----------------------------------------------------------------------------------- */

int put(const char *path, const char *text)
{
    return state_put(anyone, path, text, strlen(text));
}

bool holds(const char *path, const char *text)
{
    char value[STATE_GET_VALUE_MAX];
    size_t length = 0;

    return state_get(anyone, path, value, &length) == 0 && length == strlen(text) &&
           memcmp(value, text, length) == 0;
}

int get(struct nexus_client client, const char *path)
{
    char value[STATE_GET_VALUE_MAX];
    size_t length = 0;

    return state_get(client, path, value, &length);
}

void store_one(void)
{
    assert_int_equal(put("/state/one", "first"), 0);
    assert_int_equal(state_sync(anyone), 0);
}

void find_one(void)
{
    assert_true(holds("/state/one", "first"));
}
