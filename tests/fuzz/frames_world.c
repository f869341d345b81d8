/* Policyd, virtioblkd and clients as statefsd sees them: calls of the kernel, and memory. */
#define NEXUS_GLUE /* the attribute is defined here */
#include "frames_world.h"

#include "cmocka_all.h"
#include "line.h"

#include <nexus/block.h>
#include <nexus/glue.h>
#include <nexus/time.h>

enum { BLOCKS = 64, SECTORS = STATEFS_BLOCK / NEXUS_BLOCK_SECTOR };

/* --- what instance.c and the linker script would say --------------------------------------------- */

extern const char nexus_name[];
const char nexus_name[] = "statefsd";
const char quotas[513] = "/state/limited/ 3000, /state/keystore/ 20000";

uint8_t __nexus_in[NEURON_PAGE] __attribute__((aligned(NEURON_PAGE)));
uint8_t __nexus_out[NEURON_PAGE] __attribute__((aligned(NEURON_PAGE)));
uint64_t nexus_reply_words[NEURON_MESSAGE_WORDS];

uint8_t windows[CLIENTS + 1][STATE_WINDOW_BYTES];
static uint8_t ring_page[NEURON_PAGE] __attribute__((aligned(NEURON_PAGE)));
static uint8_t buffers[NEXUS_BLOCK_BUFFER_BYTES];
static void *const block_dataports[] = {ring_page, buffers};
static void *const dataports[] = {NULL,       windows[1], windows[2], windows[3],
                                  windows[4], windows[5], windows[6]};

/* Its task is not its number. */
#define CLIENT(which, text)                                                                        \
    {                                                                                              \
        .client = {.id = (which), .task = (which) + 6, .name = (text)},                            \
        .dataports = &dataports[which]                                                             \
    }
const struct nexus_client_row nexus_clients[] = {
    CLIENT(ANYONE, "anyone"), CLIENT(KEEPER, "keeper"), CLIENT(THIEF, "thief"),
    CLIENT(READER, "reader"), CLIENT(WRITER, "writer"), CLIENT(LOOKING, "looking")};
const uint32_t nexus_client_count = CLIENTS;
const struct nexus_server_row nexus_servers[] = {
    {.slot = BLOCKS_SLOT, .dataports = block_dataports}, {.slot = POLICY_SLOT}};

bool is_client(uint64_t sender)
{
    return sender > 0 && sender <= CLIENTS;
}

void line_show(const char *text, size_t length)
{
    (void)text;
    (void)length;
}

uint64_t nexus_now(void)
{
    return 1;
}

/* --- policyd ------------------------------------------------------------------------------------- */

static bool may(uint64_t client, const char *capability)
{
    static const char *const capabilities[CLIENTS + 1] = {
        [0] = "",
        [ANYONE] = "statefs.keystore statefs.boot statefs.write statefs.read",
        [KEEPER] = "statefs.keystore",
        [THIEF] = "",
        [READER] = "statefs.read",
        [WRITER] = "statefs.write statefs.boot",
        [LOOKING] = "statefs.keystore statefs.boot statefs.write statefs.read"};

    return strstr(capabilities[client], capability) != NULL;
}

static bool is_in(const char *path, const char *folder)
{
    const size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static bool passes(uint64_t client, const char *path, const char *elsewhere)
{
    if (is_in(path, "/state/keystore")) {
        return may(client, "statefs.keystore");
    }
    return may(client, is_in(path, "/state/boot") ? "statefs.boot" : elsewhere);
}

bool may_read(uint64_t client, const char *path)
{
    return passes(client, path, "statefs.read");
}

bool may_write(uint64_t client, const char *path)
{
    return passes(client, path, "statefs.write");
}

bool may_write_any(uint64_t client)
{
    return may(client, "statefs.keystore") || may(client, "statefs.boot") ||
           may(client, "statefs.write");
}

static void decide(struct neuron_call_out *out)
{
    char capability[64 + 1] = "";
    uint32_t subject = 0;

    memcpy(&subject, __nexus_out, sizeof(subject));
    memcpy(capability, __nexus_out + 16, __nexus_out[8]);
    assert_true(is_client(subject - 6));
    *out = (struct neuron_call_out){.tag = NEURON_TAG(0, 2, 0),
                                    .w0 = may(subject - 6, capability) ? DECISION_ALLOW
                                                                       : DECISION_DENY};
}

/* --- virtioblkd ---------------------------------------------------------------------------------- */

static uint8_t disk[BLOCKS][STATEFS_BLOCK];
static uint32_t done; /* requests of the session */
uint32_t disk_writes;

static void perform(const struct nexus_block_request *request)
{
    uint8_t *bytes = buffers + request->offset;
    const uint64_t block = request->sector / SECTORS;

    disk_writes += request->operation != NEXUS_BLOCK_READ;
    if (request->operation == NEXUS_BLOCK_FLUSH) {
        return;
    }
    assert_true(request->sectors == SECTORS && request->sector % SECTORS == 0 && block < BLOCKS);
    if (request->operation == NEXUS_BLOCK_WRITE) {
        memcpy(disk[block], bytes, STATEFS_BLOCK);
    } else {
        memcpy(bytes, disk[block], STATEFS_BLOCK);
    }
}

static void serve_blocks(uint64_t tag, uint64_t asked, struct neuron_call_out *out)
{
    struct nexus_block_ring *ring = (struct nexus_block_ring *)(void *)ring_page;

    if (NEURON_TAG_LABEL(tag) == 1) {
        done = 0;
        *out =
            (struct neuron_call_out){.tag = NEURON_TAG(0, 2, 0), .w0 = (uint64_t)BLOCKS * SECTORS};
        return;
    }
    for (; done != (uint32_t)asked; done++) {
        const struct nexus_block_request *request = &ring->requests[done % NEXUS_BLOCK_DEPTH];
        perform(request);
        ring->answers[done % NEXUS_BLOCK_DEPTH] =
            (struct nexus_block_answer){request->tag, NEXUS_BLOCK_DONE};
    }
    *out = (struct neuron_call_out){.tag = NEURON_TAG(0, 1, 0), .w0 = done};
}

static int read_block(void *context, uint64_t block, void *bytes)
{
    (void)context;
    memcpy(bytes, disk[block], STATEFS_BLOCK);
    return 0;
}

static int write_nothing(void *context, uint64_t block, const void *bytes)
{
    (void)context;
    (void)block;
    (void)bytes;
    return -1;
}

static int flush_nothing(void *context)
{
    (void)context;
    return -1;
}

struct statefs_disk disk_itself(void)
{
    return (struct statefs_disk){NULL, BLOCKS, read_block, write_nothing, flush_nothing};
}

void finding_is_wrong(void *context, const struct statefs_finding *finding)
{
    (void)context;
    fail_msg("fsck finds something: %s", finding->key);
}

/* --- clients ------------------------------------------------------------------------------------- */

static uint8_t fills[CLIENTS + 1];
static uint64_t sending; /* 0: nobody */
static bool window_changes;
static uint8_t sent[STATE_WINDOW_BYTES];
static uint64_t written_to;
static size_t written_bytes;

void window_fill(uint64_t client, uint8_t fill)
{
    fills[client] = fill;
    memset(windows[client], fill, STATE_WINDOW_BYTES);
}

void window_begin(uint64_t client, bool changing)
{
    sending = is_client(client) ? client : 0;
    window_changes = changing && sending != 0;
    written_to = 0;
    written_bytes = 0;
    memcpy(sent, windows[sending], sizeof(sent));
}

void window_end(void)
{
    window_changes = false;
}

const uint8_t *window_sent(void)
{
    return sent;
}

void window_written(uint64_t client, size_t bytes)
{
    written_to = client;
    written_bytes = bytes;
}

void windows_check(void)
{
    for (uint64_t client = 1; client < LOOKING; client++) {
        const size_t from = client == written_to ? written_bytes : 0;
        const uint8_t *rest = windows[client] + from;
        const size_t length = STATE_WINDOW_BYTES - from;
        if (length > 0) {
            assert_int_equal(rest[0], fills[client]);
            assert_int_equal(memcmp(rest, rest + 1, length - 1), 0);
        }
    }
    window_fill(written_to, fills[written_to]);
}

int64_t neuron_call(uint64_t slot, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3,
                    uint64_t deadline, struct neuron_call_out *out)
{
    (void)w1;
    (void)w2;
    (void)w3;
    (void)deadline;
    if (slot == POLICY_SLOT) {
        decide(out);
        return 0;
    }
    serve_blocks(tag, w0, out);
    if (window_changes) {
        window_fill(sending, (uint8_t)(fills[sending] + 1));
    }
    return 0;
}

int64_t neuron_reply(uint64_t token, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2,
                     uint64_t w3)
{
    fail_msg("a late answer: token %u, tag %u, words %u %u %u %u", (unsigned)token, (unsigned)tag,
             (unsigned)w0, (unsigned)w1, (unsigned)w2, (unsigned)w3);
    return 0;
}

int64_t neuron_notify(uint64_t slot, uint64_t bits)
{
    fail_msg("an event: slot %u, bits %u", (unsigned)slot, (unsigned)bits);
    return 0;
}

void world_begin(void)
{
    memset(disk, 0, sizeof(disk));
    disk_writes = 0;
    window_changes = false;
    for (uint64_t client = 0; client <= CLIENTS; client++) {
        window_fill(client, (uint8_t)client);
    }
}
