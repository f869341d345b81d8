/* Guarded devices: what is in flight, the rings over their ends, and a device that lies in the used ring. */
#include <neuron/registers.h>
#include <string.h>

#include "guarded.h"

#define Q BLK_QUEUE(0)
#define RING 65536u

static struct neuron_queue_page *page = &queue_pages[Q];

static int64_t post(u64 head, u64 count)
{
    guarded_describe_some((u32)count);
    return guarded_post(0, head, count);
}

static u32 busy(void)
{
    u32 count = 0;

    for (u32 d = 0; d < QUEUE_SIZE; d++) {
        count += vqueues[Q].busy[d];
    }
    return count;
}

static void descriptor_in_flight_is_not_posted_again(void **state)
{
    (void)state;
    assert_int_equal(post(2, 3), NEURON_OK);
    struct neuron_queue_page seen = *page;
    for (u64 head = 0; head < QUEUE_SIZE; head++) {
        for (u64 count = 1; count <= QUEUE_SIZE - head; count++) {
            if (head < 5 && head + count > 2) {
                assert_int_equal(post(head, count), NEURON_IN_FLIGHT);
            }
        }
    }
    assert_memory_equal(&seen, page, sizeof(seen));
    assert_int_equal(post(0, 2), NEURON_OK);
    assert_int_equal(post(5, 3), NEURON_OK);
}

static void chain_is_written_before_its_index(void **state)
{
    (void)state;
    machine.watched = &page->available.index;
    machine.fences = 0;
    assert_int_equal(post(3, 2), NEURON_OK);
    assert_true(machine.fences >= 1);
    assert_int_equal(machine.fenced, 0);
    assert_int_equal(page->available.index, 1);
}

static void used_chain_is_free_and_no_other(void **state)
{
    (void)state;
    assert_int_equal(post(0, 2), NEURON_OK);
    assert_int_equal(post(2, 2), NEURON_OK);
    assert_int_equal(post(4, 4), NEURON_OK);
    guarded_use(0, 2);
    assert_int_equal(post(1, 3), NEURON_IN_FLIGHT);
    assert_int_equal(post(2, 3), NEURON_IN_FLIGHT);
    assert_int_equal(post(2, 2), NEURON_OK);
    guarded_use(0, 4);
    guarded_use(0, 0);
    guarded_use(0, 2);
    assert_int_equal(post(0, 8), NEURON_OK);
    assert_int_equal(busy(), 8);
    assert_int_equal(post(7, 1), NEURON_IN_FLIGHT);
}

/* The index runs freely: over the size of the ring, and over 16 bits. */
static void rings_go_on_at_their_ends(void **state)
{
    (void)state;
    for (u32 n = 0; n < 3 * QUEUE_SIZE + 1; n++) {
        u32 head = 3 * n % QUEUE_SIZE;
        assert_int_equal(post(head, 1), NEURON_OK);
        assert_int_equal(page->available.index, n + 1);
        assert_int_equal(page->available.ring[n % QUEUE_SIZE], head);
        guarded_use(0, head);
    }
    /* As if 65,534 chains had been posted and used. */
    for (u32 d = 0; d < QUEUE_SIZE; d++) {
        vqueues[Q].busy[d] = 0;
        vqueues[Q].chain[d] = 0;
    }
    vqueues[Q].available = RING - 2;
    vqueues[Q].used = RING - 2;
    page->available.index = RING - 2;
    page->used.index = RING - 2;
    for (u32 n = 0; n < 2 * QUEUE_SIZE; n++) {
        u32 place = (RING - 2 + n) % QUEUE_SIZE;
        assert_int_equal(post(1, 1), NEURON_OK);
        assert_int_equal(page->available.index, (RING - 2 + n + 1) % RING);
        assert_int_equal(page->available.ring[place], 1);
        assert_int_equal(post(1, 1), NEURON_IN_FLIGHT);
        guarded_use(0, 1);
    }
    assert_int_equal(post(1, 1), NEURON_OK);
    assert_int_equal(vqueues[Q].used, page->used.index);
}

static void chains_may_be_used_in_any_order(void **state)
{
    (void)state;
    for (u32 round = 0; round < 20; round++) {
        for (u32 head = 0; head < QUEUE_SIZE; head++) {
            assert_int_equal(post(head, 1), NEURON_OK);
        }
        assert_int_equal(busy(), QUEUE_SIZE);
        for (u32 i = 0; i < QUEUE_SIZE; i++) {
            guarded_use(0, (5 * i + round) % QUEUE_SIZE);
        }
    }
}

static void unknown_ids_free_nothing(void **state)
{
    const u32 wrong[] = {QUEUE_SIZE, QUEUE_SIZE + 1, 127,        128,       255,
                         256,        0x10000,        0x7fffffff, UINT32_MAX};
    (void)state;
    assert_int_equal(post(0, 4), NEURON_OK);
    for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        guarded_use(0, wrong[i]);
        assert_int_equal(post(0, 1), NEURON_IN_FLIGHT);
        assert_int_equal(busy(), 4);
    }
    for (u32 id = 1; id < QUEUE_SIZE; id++) { /* no heads, or never posted */
        guarded_use(0, id);
        assert_int_equal(post(id % 4, 1), NEURON_IN_FLIGHT);
        assert_int_equal(busy(), 4);
    }
    guarded_use(0, 0);
    assert_int_equal(post(0, 1), NEURON_OK);
}

/* Behind the last descriptor of the largest queue there is none in the arrays either. */
static void unknown_ids_of_the_largest_queue_free_nothing(void **state)
{
    (void)state;
    assert_int_equal(SYS(dev_queue, BLK, 1, 128, devices_arena(DRIVER, 1)), NEURON_OK);
    guarded_describe_some(2);
    assert_int_equal(guarded_post(1, 126, 2), NEURON_OK);
    for (u32 id = 127; id < 300; id++) {
        guarded_use(1, id);
        assert_int_equal(guarded_post(1, 127, 1), NEURON_IN_FLIGHT);
    }
    guarded_use(1, 126);
    assert_int_equal(guarded_post(1, 127, 1), NEURON_OK);
}

static void id_that_is_used_twice_frees_once(void **state)
{
    (void)state;
    assert_int_equal(post(0, 4), NEURON_OK);
    guarded_use(0, 0);
    guarded_use(0, 0);
    assert_int_equal(post(0, 1), NEURON_OK);
    assert_int_equal(post(1, 1), NEURON_OK);
    assert_int_equal(busy(), 2);
    guarded_use(0, 0);
    assert_int_equal(post(1, 1), NEURON_IN_FLIGHT);
    assert_int_equal(busy(), 1);
}

/* More than a ring of news is a lie: of it no more than a ring is read at a time. */
static void index_that_jumps_is_harmless(void **state)
{
    (void)state;
    assert_int_equal(post(3, 2), NEURON_OK);
    page->used.index = QUEUE_SIZE + 1;
    for (u32 i = 0; i < QUEUE_SIZE; i++) {
        page->used.ring[i].id = 7;
    }
    assert_int_equal(post(3, 2), NEURON_IN_FLIGHT);
    assert_int_equal(vqueues[Q].used, QUEUE_SIZE);
    page->used.index = RING - 1;
    page->used.ring[5].id = 3;
    assert_int_equal(post(3, 2), NEURON_OK);
    assert_int_equal(vqueues[Q].used, 2 * QUEUE_SIZE);
    assert_int_equal(busy(), 2);
}

static void index_that_goes_back_is_harmless(void **state)
{
    (void)state;
    for (u32 n = 0; n < 3; n++) {
        assert_int_equal(post(0, 1), NEURON_OK);
        guarded_use(0, 0);
    }
    assert_int_equal(post(0, 1), NEURON_OK);
    assert_int_equal(vqueues[Q].used, 3);
    page->used.index = 1;
    assert_int_equal(post(4, 2), NEURON_OK);
    /* All of the ring is read as new, once: it says that 0 was used. */
    assert_int_equal(post(4, 1), NEURON_IN_FLIGHT);
    assert_int_equal(busy(), 2);
    assert_int_equal(post(0, 1), NEURON_OK);
}

/* Whatever the device writes into the page, the kernel goes on to write what it checked. */
static void device_that_writes_all_over_the_page_harms_nobody(void **state)
{
    (void)state;
    assert_int_equal(post(0, 4), NEURON_OK);
    memset(&page->used, 0xff, sizeof(page->used));
    assert_int_equal(post(0, 4), NEURON_IN_FLIGHT);
    memset(&page->used, 0, sizeof(page->used));
    assert_int_equal(post(0, 4), NEURON_OK);
    assert_int_equal(post(4, 4), NEURON_OK);
    assert_int_equal(page->available.index, 3);
}

static void two_queues_do_not_share_anything(void **state)
{
    (void)state;
    assert_int_equal(SYS(dev_queue, BLK, 1, 4, devices_arena(DRIVER, 1)), NEURON_OK);
    assert_int_equal(post(0, 4), NEURON_OK);
    guarded_describe_some(4);
    assert_int_equal(guarded_post(1, 0, 4), NEURON_OK);
    guarded_use(1, 0);
    assert_int_equal(post(0, 1), NEURON_IN_FLIGHT);
    assert_int_equal(guarded_post(1, 0, 4), NEURON_OK);
    assert_int_equal(guarded_post(1, 4, 1), NEURON_BAD_INDEX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(descriptor_in_flight_is_not_posted_again, guarded_go),
        cmocka_unit_test_setup(chain_is_written_before_its_index, guarded_go),
        cmocka_unit_test_setup(used_chain_is_free_and_no_other, guarded_go),
        cmocka_unit_test_setup(rings_go_on_at_their_ends, guarded_go),
        cmocka_unit_test_setup(chains_may_be_used_in_any_order, guarded_go),
        cmocka_unit_test_setup(unknown_ids_free_nothing, guarded_go),
        cmocka_unit_test_setup(unknown_ids_of_the_largest_queue_free_nothing, guarded_go),
        cmocka_unit_test_setup(id_that_is_used_twice_frees_once, guarded_go),
        cmocka_unit_test_setup(index_that_jumps_is_harmless, guarded_go),
        cmocka_unit_test_setup(index_that_goes_back_is_harmless, guarded_go),
        cmocka_unit_test_setup(device_that_writes_all_over_the_page_harms_nobody, guarded_go),
        cmocka_unit_test_setup(two_queues_do_not_share_anything, guarded_go),
    };
    return cmocka_run_group_tests_name("kernel: guarded rings", tests, NULL, NULL);
}
