/* Shows what is in the slots, in a session of its own: updated begins one for each slot that it writes. */
#include "updated.nexus.h"

#include <nexus/block.h>
#include <nexus/serve.h>
#include <nexus/time.h>
#include <string.h>

enum { SLOT_SECTORS = SLOTS_READ_CONTENT_MAX / NEXUS_BLOCK_SECTOR };

int slots_read(struct nexus_client client, uint32_t slot, void *content, size_t *content_len)
{
    const struct nexus_block_request request = {.sector = (uint64_t)slot * SLOT_SECTORS,
                                                .sectors = SLOT_SECTORS,
                                                .operation = NEXUS_BLOCK_READ};
    struct nexus_block_client session;
    struct nexus_block_answer answer = {0};
    uint64_t sectors = 0;
    bool read_only = false;

    (void)client;
    int status = blocks_open(&sectors, &read_only);
    if (status == 0) {
        nexus_block_begin(&session, blocks_ring());
        (void)nexus_block_ask(&session, &request);
        status = blocks_go(session.asked, session.seen, &session.answered);
    }
    if (status == 0 && nexus_block_take(&session, &answer)) {
        memcpy(content, blocks_buffers(), SLOTS_READ_CONTENT_MAX);
        *content_len = answer.result == 0 ? SLOTS_READ_CONTENT_MAX : 0;
    }
    return status;
}
