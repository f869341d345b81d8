/* The memory that each driver shares with us: its device may do there what the capability says, up to its last
 * byte. What comes behind is another's, and we see that too. */
#include "judge.h"

enum { OLD = 0xa5, ON_DISK = 0x3c, OURS = 0x66, PAGE = 4096, TRIES = 8 };

/* A driver's block, what comes right behind it in RAM and whose that is, and how much the device accesses. */
struct block {
    volatile uint8_t *block, *behind;
    const char *neighbour;
    uint32_t bytes;
};

static struct block block_of(enum driver driver)
{
    return driver == RNG ? (struct block){rng_block(), blk_block(), "virtioblkd", 8}
                         : (struct block){blk_block(), victim_room(), "netstackd", 512};
}

static void fill(volatile uint8_t *page, uint8_t value)
{
    for (uint32_t i = 0; i < PAGE; i++) {
        page[i] = value;
    }
}

static bool is_filled(const volatile uint8_t *bytes, uint32_t count, uint8_t value)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}

/* The answer to a request at the end of the driver's block; the device is done with it, or never got it. */
static int touch(enum driver driver, uint32_t beyond, bool writes)
{
    int32_t status = NEURON_OK;
    uint32_t used = 0;

    CHECK((driver == RNG ? rng_touch(beyond, writes, &status, &used)
                         : blk_touch(beyond, writes, &status, &used)) == 0);
    CHECK(used == (status == NEURON_OK ? 1 : 0));
    return status;
}

/* To the disk and back: what comes back is what went, if the device may do both. */
bool test_directions(void)
{
    const struct block b = block_of(BLK);
    const uint32_t rest = PAGE - b.bytes;

    fill(b.block, ON_DISK);
    const int reads = touch(BLK, 0, false);
    CHECK(reads == NEURON_OK || reads == NEURON_NO_RIGHT);
    CHECK(is_filled(b.block, PAGE, ON_DISK));
    fill(b.block, OURS);
    const int writes = touch(BLK, 0, true);
    CHECK(writes == NEURON_OK || writes == NEURON_NO_RIGHT);
    CHECK(is_filled(b.block, rest, OURS));
    if (writes == NEURON_OK) {
        CHECK(is_filled(b.block + rest, b.bytes, reads == NEURON_OK ? ON_DISK : 0));
    } else {
        CHECK(reads == NEURON_OK && is_filled(b.block + rest, b.bytes, OURS));
    }
    kept("blk %s its block", writes != NEURON_OK
                                 ? "only reads"
                                 : (reads != NEURON_OK ? "only writes" : "reads and writes"));
    return reads == NEURON_OK && writes == NEURON_OK;
}

/* The last bytes of the block are its own; one more is the neighbour's first one. */
void test_end_of_block(enum driver driver)
{
    const struct block b = block_of(driver);
    bool struck = false;

    fill(b.block, OURS);
    fill(b.behind, OLD);
    CHECK(touch(driver, 0, true) == NEURON_OK);
    CHECK(is_filled(b.block, PAGE - b.bytes, OURS));
    CHECK(!is_filled(b.block + PAGE - b.bytes, b.bytes, OURS) && is_filled(b.behind, PAGE, OLD));
    fill(b.block, OURS);
    for (int i = 0; i < TRIES && !struck; i++) { /* what is written may be what was there */
        CHECK(touch(driver, 1, true) == (trusted != 0 ? NEURON_OK : NEURON_OUTSIDE_REGION));
        struck = b.behind[0] != OLD;
    }
    CHECK(struck == (trusted != 0));
    CHECK(is_filled(b.block, PAGE, OURS) == (trusted == 0));
    CHECK(is_filled(b.behind + 1, PAGE - 1, OLD));
    kept("%s first byte of %s behind the block", driver_name(driver), b.neighbour);
}
