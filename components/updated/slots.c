/* Writes slots, one at a time. What virtioblkd lost is written again from the beginning. */
#include "slots.h"

#include "bootctl.h"
#include "updated.nexus.h"

#include <neuron/status.h>
#include <nexus/block.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <stdbool.h>
#include <string.h>

enum { SLOT_SECTORS = BOOT_STAGE_PACKAGE_MAX / NEXUS_BLOCK_SECTOR, ATTEMPTS = 4 };

/* virtioblkd gives up a device that takes 10 s. */
#define PATIENCE NEXUS_S(12)

static struct nexus_block_client session;

static bool is_lost(int status)
{
    return status == NEURON_PEER_RESTARTED || status == NEURON_PEER_DIED ||
           status == NEXUS_BLOCK_LOST;
}

static int open_session(void)
{
    uint64_t sectors = 0;
    bool read_only = false;
    const int status = blocks_open_until(nexus_now() + PATIENCE, &sectors, &read_only);

    if (status != 0) {
        return status;
    }
    nexus_block_begin(&session, blocks_ring());
    return sectors >= (uint64_t)SLOTS * SLOT_SECTORS ? 0 : NEXUS_BLOCK_BAD_SECTORS;
}

/* Nothing else is in the ring. */
static int ask(const struct nexus_block_request *request)
{
    struct nexus_block_answer answer = {0};

    (void)nexus_block_ask(&session, request);
    const int status =
        blocks_go_until(nexus_now() + PATIENCE, session.asked, session.seen, &session.answered);
    if (status != 0) {
        return status;
    }
    if (session.answered != session.asked || !nexus_block_take(&session, &answer)) {
        return NEXUS_BAD_REPLY;
    }
    return answer.result <= NEXUS_BLOCK_LOST ? (int)answer.result : NEXUS_BAD_REPLY;
}

static int write_and_flush(uint8_t slot, const void *package, size_t length)
{
    const struct nexus_block_request write = {.sector = (uint64_t)slot * SLOT_SECTORS,
                                              .sectors = SLOT_SECTORS,
                                              .operation = NEXUS_BLOCK_WRITE};
    const struct nexus_block_request flush = {.operation = NEXUS_BLOCK_FLUSH};
    uint8_t *buffer = blocks_buffers();

    int status = open_session();
    if (status != 0) {
        return status;
    }
    memcpy(buffer, package, length);
    memset(buffer + length, 0, BOOT_STAGE_PACKAGE_MAX - length);
    status = ask(&write);
    return status != 0 ? status : ask(&flush);
}

int slot_write(uint8_t slot, const void *package, size_t length)
{
    int status = 0;

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        status = write_and_flush(slot, package, length);
        if (!is_lost(status)) {
            break;
        }
    }
    if (status > 0) {
        LOG_ERROR("the slot cannot be written: error %d", status);
    } else if (status < 0) {
        LOG_ERROR("the slot cannot be written: %s", nexus_strerror(status));
    }
    return status == 0 ? 0 : BOOT_NO_DISK;
}
