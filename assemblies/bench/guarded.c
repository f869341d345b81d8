/* Rows of what a driver does with guarded devices: a register, a descriptor, an interrupt. */
#include "guarded.h"

#include "driver.nexus.h"
#include "raw.h"
#include "rows.h"

#include <neuron/abi.h>
#include <neuron/registers.h>
#include <neuron/table.h>
#include <nexus/mmio.h>
#include <nexus/syscall.h>
#include <nexus/virtio.h>
#include <stdbool.h>
#include <stdlib.h>

/* Until the alarm: enough for the driver to wait and for the idler to be at work. */
#define SOON UINT64_C(50000) /* ns */
enum { QUEUE = 0, SIZE = 8, BYTES = 8 };
/* A queue to send on, as large as a queue can be, and how often it is filled. */
enum { TX = 1, TX_SIZE = NEURON_QUEUE_SIZE_MAX, FILLS = 10, FRAME_BYTES = 64 };

static const volatile uint32_t *rtc;
static struct nexus_virtio rng = {.slot = RNG_SLOT, .page = RNG_PAGE, .queue_page = RNG_QUEUE_PAGE};
static struct nexus_virtio net = {.slot = NET_SLOT, .page = NET_PAGE, .queue_page = NET_QUEUE_PAGE};
static struct nexus_queue queue, tx;

extern uint64_t __nexus_out[]; /* from the linker script */

/* --- registers and descriptors ----------------------------------------------------------------- */

static int64_t write_register(void)
{
    return neuron_dev_write(RTC_SLOT, GOLDFISH_RTC_IRQ_ENABLED, 1);
}

static void open_queue(void)
{
    rows_check(nexus_virtio_open(&rng, NEURON_CLASS_VIRTIO_RNG, 0, NULL));
    rows_check(nexus_queue_open(&queue, &rng, QUEUE, SIZE, 1));
    rows_check(nexus_virtio_start(&rng));
    __nexus_out[0] = 0;
    __nexus_out[1] = NEURON_DESCRIPTOR(BYTES, RNG_DMA_SLOT, 1);
}

/* The device uses the n-th chain that was posted; its descriptors are free again. */
static void await_index(const struct nexus_queue *of, uint32_t n)
{
    while (of->page->used.index != (uint16_t)n) {
        rows_pause();
    }
}

static void await_used(uint32_t n)
{
    await_index(&queue, n);
    rows_check(queue.page->used.ring[(n - 1) % SIZE].bytes == BYTES ? NEURON_OK : NEURON_BAD_VALUE);
}

static void measure_posts(const char *name, bool kick)
{
    static struct series posts;
    static uint32_t posted_before;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        rows_pause();
        uint64_t start = retired();
        int64_t status = neuron_dev_post(RNG_SLOT, QUEUE, i % SIZE, 1, kick ? 1 : 0);
        uint64_t posted = retired();
        rows_check(status);
        rows_sample(&posts, posted - start);
        if (!kick) {
            rows_check(neuron_dev_write(RNG_SLOT, VIRTIO_MMIO_QUEUE_NOTIFY, QUEUE));
        }
        await_used(++posted_before);
    }
    rows_end(&posts, name);
}

/* The most that one post can have to do: all descriptors were used one by one since the last, it is a whole chain.
 * Frames of zeros go nowhere. */
static void measure_longest_post(void)
{
    static struct series posts;
    uint32_t posted_before = 0;

    rows_check(nexus_virtio_open(&net, NEURON_CLASS_VIRTIO_NET, 0, NULL));
    rows_check(nexus_queue_open(&tx, &net, TX, TX_SIZE, 1));
    rows_check(nexus_virtio_start(&net));
    for (uint32_t i = 0; i < NEURON_CHAIN_MAX; i++) {
        __nexus_out[2 * i] = 0;
        __nexus_out[2 * i + 1] = NEURON_DESCRIPTOR(FRAME_BYTES, NET_DMA_SLOT, 0);
    }
    for (uint32_t fill = 0; fill < FILLS; fill++) {
        rows_pause();
        for (uint32_t i = 0; i < TX_SIZE; i++) {
            rows_check(neuron_dev_post(NET_SLOT, TX, i, 1, i + 1 == TX_SIZE ? 1 : 0));
        }
        posted_before += TX_SIZE;
        await_index(&tx, posted_before);
        uint64_t start = retired();
        int64_t status = neuron_dev_post(NET_SLOT, TX, 0, NEURON_CHAIN_MAX, 1);
        uint64_t posted = retired();
        rows_check(status);
        rows_sample(&posts, posted - start);
        posted_before++;
        await_index(&tx, posted_before);
    }
    rows_end(&posts, "dev_post.most");
}

/* --- interrupts -------------------------------------------------------------------------------- */

static void arm(uint64_t ns)
{
    const uint64_t low = rtc[GOLDFISH_RTC_TIME_LOW / 4];
    const uint64_t due = (low | (uint64_t)rtc[GOLDFISH_RTC_TIME_HIGH / 4] << 32) + ns;

    rows_check(neuron_dev_write(RTC_SLOT, GOLDFISH_RTC_ALARM_HIGH, due >> 32));
    rows_check(neuron_dev_write(RTC_SLOT, GOLDFISH_RTC_ALARM_LOW, due & UINT32_MAX));
}

/* What the driver waits for is either the interrupt or the word of the idler. */
static uint64_t await(void)
{
    struct neuron_wait_out out;

    rows_check(neuron_wait(UINT64_MAX, NEURON_FOREVER, &out) == NEURON_NOTIFIED ? NEURON_OK
                                                                                : NEURON_BAD_STATE);
    return out.bits;
}

/* The idler notes how far it came, again and again, until it is interrupted; then for how long it was. */
static void measure_interrupts(void)
{
    static struct series wakes, cycles;
    const struct board *idlers = idler_board();

    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct neuron_irq_ack_out reasons;
        struct neuron_wait_out out;

        rows_pause();
        idler_begin();
        arm(SOON);
        int64_t came = neuron_wait(UINT64_C(1) << RTC_IRQ_BIT, NEURON_FOREVER, &out);
        uint64_t now = retired();
        uint64_t stamp = idlers->stamp;
        int64_t cleared = neuron_dev_write(RTC_SLOT, GOLDFISH_RTC_CLEAR_INTERRUPT, 1);
        int64_t acknowledged = neuron_irq_ack(RTC_SLOT, &reasons);
        uint64_t bits = await(); /* the idler goes on here */
        rows_check(came == NEURON_NOTIFIED ? NEURON_OK : came);
        rows_check(cleared);
        rows_check(acknowledged);
        rows_check((bits >> RTC_IRQ_BIT & 1) == 0 ? NEURON_OK : NEURON_BAD_STATE);
        rows_sample(&wakes, now - stamp);
        rows_sample(&cycles, idlers->elapsed);
    }
    rows_end(&wakes, "irq.to_user");
    rows_end(&cycles, "irq.cycle");
}

/* Handlers of the generated loop, which the driver does not enter. */
void rtc_interrupt(void)
{
}

void idler_interrupted(void)
{
}

void measure_guarded(void)
{
    rtc = nexus_mmio_map(RTC_SLOT, RTC_PAGE, NEURON_PROT_R);
    if (rtc == NULL) {
        abort();
    }
    measure("dev_write", write_register);
    open_queue();
    measure_posts("dev_post", false);
    measure_posts("dev_post.kick", true);
    measure_longest_post();
    measure_interrupts();
}
