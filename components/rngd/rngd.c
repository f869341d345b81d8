/*
 * Entropy from the virtio-rng device. Bytes are tested as they come, the first HEALTH_STARTUP of a life are only
 * tested, and the others are given out once, in the order in which they were asked for.
 *
 * A device that fails in any way ends this life: the next one begins with a reset of the device and with its tests,
 * and if that happens too often, init gives us up. Clients see PEER_DIED, PEER_RESTARTED, and in the end PEER_GONE.
 */
#include "rngd.nexus.h"

#include "health.h"

#include <neuron/limits.h>
#include <nexus/log.h>
#include <nexus/time.h>
#include <nexus/virtio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE = 0, REQUEST = 0 };

/* For the device to answer. A source of entropy may be slow; one that is slower is not there. */
#define PATIENCE NEXUS_S(5)

static struct nexus_virtio device = {
    .slot = DEV_SLOT, .page = DEV_PAGE, .queue_page = DEV_QUEUE_PAGE};
static struct nexus_queue queue;
static bool asked; /* the device has something to do */
static uint64_t asked_at;

static struct health health;
static uint32_t tested; /* up to HEALTH_STARTUP */

/* Bytes that nobody has, and the calls that wait for more: a task has one call open at most. */
static uint8_t fresh[ENTROPY_GET_ENTROPY_MAX];
static uint32_t available;
static struct {
    struct nexus_token token;
    uint32_t wanted; /* 0: it does not wait */
} callers[NEURON_TASKS_MAX];
static uint32_t turn; /* of which task it is */

static void give_up(const char *what, const char *why)
{
    LOG_ERROR("%s: %s", what, why);
    exit(EXIT_FAILURE);
}

/* --- the device ---------------------------------------------------------------------------------- */

/* Asks for as much as there is room for. */
static void ask(void)
{
    const uint32_t room = (uint32_t)sizeof(fresh) - available;
    const struct nexus_buffer buffer = {DEV_DMA_SLOT, 0, room, true};

    if (asked || room == 0) {
        return;
    }
    const int status = nexus_queue_post(&queue, REQUEST, &buffer, 1, true);
    if (status != 0) {
        give_up("the device cannot be asked", nexus_strerror(status));
    }
    asked = true;
    asked_at = nexus_now();
}

static void test(uint8_t byte)
{
    const char *failed = health_test(&health, byte);

    if (failed != NULL) {
        give_up("the device's output failed a health test", failed);
    }
    if (tested < HEALTH_STARTUP) {
        tested++;
        if (tested == HEALTH_STARTUP) {
            printf("ready\n");
        }
    } else {
        fresh[available++] = byte;
    }
}

/* Takes what the device has delivered, which may be less than was asked for. */
static void collect(uint32_t bytes)
{
    static uint8_t delivered[sizeof(fresh)];

    if (bytes == 0) {
        give_up("the device cannot be used", "it delivers nothing"); /* virtio 1.2, 5.4.6.1 */
    }
    memcpy(delivered, dev_dma, bytes);
    memset(dev_dma, 0, bytes);
    for (uint32_t i = 0; i < bytes; i++) {
        test(delivered[i]);
    }
    memset(delivered, 0, bytes);
}

/* --- the callers --------------------------------------------------------------------------------- */

/* Hands out the oldest bytes that there are. */
static void take(uint8_t *entropy, uint32_t bytes)
{
    memcpy(entropy, fresh, bytes);
    available -= bytes;
    memmove(fresh, fresh + bytes, available);
    memset(fresh + available, 0, bytes);
}

/* Answers who waits, one after the other, as far as the bytes go. */
static void answer(void)
{
    uint8_t entropy[ENTROPY_GET_ENTROPY_MAX];

    for (uint32_t n = 0; n < NEURON_TASKS_MAX; n++) {
        const uint32_t wanted = callers[turn].wanted;
        if (wanted > available) {
            break;
        }
        if (wanted != 0) {
            take(entropy, wanted);
            callers[turn].wanted = 0;
            /* STALE: it did not wait any longer. Nobody else gets what was meant for it. */
            (void)entropy_get_reply(callers[turn].token, 0, entropy, wanted);
        }
        turn = (turn + 1) % NEURON_TASKS_MAX;
    }
    memset(entropy, 0, sizeof(entropy));
}

int entropy_get(struct nexus_client client, uint32_t wanted, void *entropy, size_t *entropy_len)
{
    (void)entropy;
    (void)entropy_len;
    if (wanted == 0 || wanted > ENTROPY_GET_ENTROPY_MAX) {
        return ENTROPY_BAD_SIZE;
    }
    callers[client.task].token = nexus_defer();
    callers[client.task].wanted = wanted;
    answer();
    ask();
    return NEXUS_DEFER;
}

void dev_interrupt(void)
{
    uint32_t request = 0;
    uint32_t bytes = 0;

    (void)nexus_virtio_acknowledge(&device); /* why it failed is in the device */
    while (nexus_queue_take(&queue, &request, &bytes)) {
        asked = false;
        collect(bytes);
    }
    if (device.failure != 0) {
        give_up("the device failed", nexus_strerror(device.failure));
    }
    answer();
    ask();
}

/* --- the beginning ------------------------------------------------------------------------------- */

static int open_device(void)
{
    int status = nexus_virtio_open(&device, NEURON_CLASS_VIRTIO_RNG, 0, NULL);

    if (status == 0) {
        printf("mmio window mapped ok\n");
        status = nexus_queue_open(&queue, &device, QUEUE, 1, 1);
    }
    return status != 0 ? status : nexus_virtio_start(&device);
}

int main(void)
{
    const int status = open_device();

    if (status == NEURON_EMPTY_SLOT) {
        printf("no device was granted\n");
        return 0;
    }
    if (status != 0) {
        give_up("the device cannot be used", nexus_strerror(status));
    }
    ask();
    for (;;) {
        nexus_serve_until(nexus_now() + PATIENCE);
        if (asked && nexus_now() - asked_at >= PATIENCE) {
            give_up("the device cannot be used", "it does not answer");
        }
    }
}
