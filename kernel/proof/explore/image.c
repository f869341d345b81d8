/* Images of states. */
#include "image.h"

#include <string.h>

#include "cmocka_all.h"
#include "console.h"
#include "machine.h"
#include "queue.h"
#include "state.h"

#define BLOCK 16u /* words that are compared in one go */

/* The linker knows where the variables of the core are (kstate.h). */
extern u32 __start_kstate[];
extern u32 __stop_kstate[];
extern u32 __start_kstate_data[] __attribute__((weak));
extern u32 __stop_kstate_data[] __attribute__((weak));

struct region {
    u32 *from;
    u32 words;
    u32 first; /* number of its first word */
};

static struct region regions[16];
static u32 region_count;
static u32 words;
static u32 base[IMAGE_WORDS_MAX];
static u32 *place[IMAGE_WORDS_MAX];
static struct change taken[IMAGE_WORDS_MAX];
static u32 taken_count;
static const struct change *loaded;
static u32 loaded_count;

static void add(void *from, size_t bytes)
{
    struct region *region = &regions[region_count++];

    assert_true(bytes % sizeof(u32) == 0 && words + bytes / sizeof(u32) <= IMAGE_WORDS_MAX);
    *region = (struct region){.from = from, .words = (u32)(bytes / sizeof(u32)), .first = words};
    for (u32 i = 0; i < region->words; i++) {
        place[words + i] = region->from + i;
        base[words + i] = region->from[i];
    }
    words += region->words;
}

void image_base(void)
{
    words = 0;
    region_count = 0;
    taken_count = 0;
    add(__start_kstate, (size_t)((char *)__stop_kstate - (char *)__start_kstate));
    if (__start_kstate_data != NULL) {
        add(__start_kstate_data,
            (size_t)((char *)__stop_kstate_data - (char *)__start_kstate_data));
    }
    /* Those have a section of their own (state.h). */
    add(slots, sizeof(slots));
    add(ceilings, sizeof(ceilings));
    add(memories, sizeof(memories));
    add(page_tables, sizeof(page_tables));
    add(queue_pages, window_count * NEURON_WINDOW_QUEUES * sizeof(queue_pages[0]));
    add(queues, sizeof(queues));
    add(links, sizeof(links));
    add(machine.devices, window_count * sizeof(machine.devices[0]));
    add(machine.lines, 16 * sizeof(machine.lines[0]));
    add(&machine.timer, sizeof(machine.timer));
    add(&machine.rtc_enabled, 2 * sizeof(u32));
}

u32 image_words(void)
{
    return words;
}

static void take_words(const struct region *region, u32 from, u32 to)
{
    for (u32 i = from; i < to; i++) {
        if (region->from[i] != base[region->first + i]) {
            taken[taken_count++] =
                (struct change){.word = region->first + i, .value = region->from[i]};
        }
    }
}

u32 image_take(const struct change **changes)
{
    taken_count = 0;
    for (u32 r = 0; r < region_count; r++) {
        const struct region *region = &regions[r];
        const u32 *old = &base[region->first];
        u32 i = 0;
        for (; i + BLOCK <= region->words; i += BLOCK) {
            u32 differ = 0;
            for (u32 w = 0; w < BLOCK; w++) {
                differ |= region->from[i + w] ^ old[i + w];
            }
            if (differ != 0) {
                take_words(region, i, i + BLOCK);
            }
        }
        take_words(region, i, region->words);
    }
    *changes = taken;
    return taken_count;
}

void image_load(const struct change *changes, u32 count)
{
    for (u32 i = 0; i < taken_count; i++) {
        *place[taken[i].word] = base[taken[i].word];
    }
    for (u32 i = 0; i < count; i++) {
        *place[changes[i].word] = changes[i].value;
        taken[i] = changes[i];
    }
    taken_count = count;
    loaded = changes;
    loaded_count = count;
}

int image_unchanged(void)
{
    const struct change *changes;
    u32 count = image_take(&changes);

    return count == loaded_count && memcmp(changes, loaded, count * sizeof(*changes)) == 0;
}
