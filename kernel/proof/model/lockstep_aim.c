/* Random worlds, and random calls that aim at a result. They may miss it: what came back is what counts. */
#include "lockstep.h"

#include <neuron/registers.h>
#include <neuron/table.h>

#include "machine.h"
#include "world.h"

#define TALL (UINT64_C(1) << 32)
#define NO_SLOT UINT64_MAX
#define NETS_BASE FAKE_VIRTIO_BASE
#define VIRTIOS 4u
#define BIG_BASE UINT64_C(0x20000000)
#define BIG_PAGES 2u
#define BIG_CLASS 0x101u
#define INIT_LEVEL 30u
#define DEVICE_RIGHTS (NEURON_RIGHT_READ | NEURON_RIGHT_WRITE | NEURON_RIGHT_MAP | NEURON_RIGHT_IRQ)
#define READ_MAP (NEURON_RIGHT_READ | NEURON_RIGHT_MAP)
#define DEADLINE_SPAN 4000u
#define RARE 110u /* of so many recv, each pair should be one */

static int flood; /* the UART takes nothing, and everybody writes lines */
static u64 give_ups;

/* ---- Worlds ---- */

static void ports(u32 count)
{
    for (u32 c = 0; c < count; c++) {
        for (u32 s = 0; s < count; s++) {
            u64 rights = draw(4);
            if (world.tasks[s][NEURON_TASK_LEVEL] <= world.tasks[c][NEURON_TASK_LEVEL]) {
                rights &= NEURON_RIGHT_NOTIFY;
            }
            if (c != s && rights != 0) {
                world_port(c, s, rights, (rights & NEURON_RIGHT_NOTIFY) != 0 ? 1 + (u32)draw(3) : 0);
            }
        }
    }
}

static void ceilings_of(u32 task)
{
    static const u64 classes[] = {NEURON_CLASS_VIRTIO_NET, NEURON_CLASS_VIRTIO_BLK, NEURON_CLASS_VIRTIO_RNG};
    u64 first = draw(VIRTIOS);
    u64 pages = 1 + draw(VIRTIOS - first);
    u64 rights = READ_MAP | (draw(2) * NEURON_RIGHT_WRITE) | (draw(3) != 0 ? NEURON_RIGHT_IRQ : 0);

    switch (draw(7)) {
    case 0:
        world_ceiling(task, NEURON_CLASS_RTC, READ_MAP | NEURON_RIGHT_IRQ, FAKE_RTC_BASE, NEURON_PAGE);
        break;
    case 1:
        world_ceiling(task, BIG_CLASS, READ_MAP | NEURON_RIGHT_WRITE, BIG_BASE, BIG_PAGES * NEURON_PAGE);
        break;
    default:
        world_ceiling(task, classes[draw(3)], rights, NETS_BASE + first * NEURON_PAGE, pages * NEURON_PAGE);
        break;
    }
}

static void windows_of_platform(void)
{
    world_fixed(FAKE_RTC_BASE, 1, FAKE_RTC_LINE, NEURON_CLASS_RTC);
    for (u32 w = 0; w < VIRTIOS; w++) {
        world_window(NETS_BASE + w * NEURON_PAGE, w + 1);
    }
    world_fixed(BIG_BASE, BIG_PAGES, 0, BIG_CLASS);
}

static void memory_of(u32 task, u32 count)
{
    static const u64 flags[] = {0, NEURON_MEMORY_KEEP, NEURON_MEMORY_SHARED, NEURON_MEMORY_SHARED | NEURON_MEMORY_KEEP};
    u64 flag = flags[draw(4)];
    u32 extent = world_extent(task, 1 + draw(2), flag, draw(3) == 0 ? draw(20) : draw(NEURON_PAGE));
    u32 region = world_extent(task, 1 + draw(2), NEURON_MEMORY_DMA, 0);

    world_map(task, extent, draw(3) == 0 ? NEURON_PROT_R : NEURON_PROT_RW);
    if ((flag & NEURON_MEMORY_SHARED) != 0) {
        u32 other = (u32)draw(count);
        if (other != task) {
            world_map(other, extent, draw(2) == 0 ? NEURON_PROT_R : NEURON_PROT_RW);
        }
    }
    world_map(task, region, NEURON_PROT_RW);
    for (u64 right = NEURON_RIGHT_READ; right <= (NEURON_RIGHT_READ | NEURON_RIGHT_WRITE); right += NEURON_RIGHT_READ) {
        world_dma(task, region, right);
    }
}

void build_world(void)
{
    world_begin();
    world.arena_pages = 3 + draw(3);
    u32 count = 3 + (u32)draw(4);
    world_task(INIT_LEVEL);
    for (u32 t = 1; t < count; t++) {
        world_task(10 + (u32)draw(12));
        if (draw(4) == 0) {
            world.tasks[t][NEURON_TASK_RUN_LIMIT] = (1 + draw(3)) * NEURON_QUANTUM;
        }
    }
    windows_of_platform();
    world_slot(0, NEURON_CAP_NONE);
    world_slot(0, NEURON_CAP_NONE);
    world_slot(0, NEURON_CAP_NONE);
    world_ceiling(0, NEURON_CLASS_VIRTIO_NET, READ_MAP, NETS_BASE, 2 * NEURON_PAGE);
    for (u32 t = 0; t < count; t++) {
        memory_of(t, count);
        world_slot(t, NEURON_CAP_NONE);
        for (u64 n = draw(4); t > 0 && n > 0; n--) {
            ceilings_of(t);
        }
        if (draw(2) == 0) {
            world_slot(t, NEURON_CAP_POWER);
        }
        u32 region = world_slot(t, NEURON_CAP_REGION);
        world_slot_row(t, region)[NEURON_SLOT_RIGHTS] = NEURON_RIGHT_READ;
        world_slot_row(t, region)[NEURON_SLOT_OBJECT] = t;
    }
    ports(count);
    flood = draw(60) == 0;
    give_ups = draw(3);
}

int flooded(void)
{
    return flood;
}

/* ---- What there is ---- */

static struct slot *own(u64 slot)
{
    return &slots[tasks[current].first_slot + slot];
}

/* A slot of `task` of this kind that has the right, or lacks it; NO_SLOT if there is none. */
static u64 slot_with(u32 task, u32 kind, u64 right, int lacks)
{
    u64 count = tasks[task].slots;
    u64 first = draw(count);

    for (u64 i = 0; i < count; i++) {
        u64 s = (first + i) % count;
        const struct slot *slot = &slots[tasks[task].first_slot + s];
        if (slot->kind == kind && ((slot->rights & right) != right) == lacks) {
            return s;
        }
    }
    return NO_SLOT;
}

static u64 slot_of_other_kind(u32 task, u32 kind)
{
    for (u32 tries = 0; tries < 20; tries++) {
        u64 s = draw(tasks[task].slots);
        u32 is = slots[tasks[task].first_slot + s].kind;
        if (is != kind && is != NEURON_CAP_NONE) {
            return s;
        }
    }
    return NO_SLOT;
}

static u64 beyond(u64 count)
{
    return draw(3) == 0 ? TALL + draw(count) : draw(3) == 0 ? draw(UINT64_MAX >> 12) + count : count + draw(3);
}

static u64 window_of(u64 slot)
{
    return own(slot)->object;
}

static int virtio(u64 w)
{
    return windows[w].transport == NEURON_TRANSPORT_VIRTIO_MMIO;
}

static struct fake_device *device(u64 w)
{
    return &machine.devices[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE];
}

static u64 class_in(u64 w)
{
    return virtio(w) ? machine.virtio_class[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE] : windows[w].class;
}

static int does_reset(u64 w)
{
    return !virtio(w) || device(w)->stuck == 0 || device(w)->status == 0;
}

/* A slot of the caller that holds a virtio device. */
static u64 virtio_slot(void)
{
    for (u32 tries = 0; tries < 6; tries++) {
        u64 s = slot_with(current, NEURON_CAP_MMIO, 0, 0);
        if (s == NO_SLOT || virtio(window_of(s))) {
            return s;
        }
    }
    return NO_SLOT;
}

static u64 arena(void)
{
    return NEURON_USER_BASE + current * (u64)NEURON_USER_SPAN + NEURON_ARENA_OFFSET;
}

static u64 arena_entry(u64 page)
{
    return page_tables[tasks[current].first_leaf][NEURON_ARENA_OFFSET / NEURON_PAGE + page];
}

/* A page of the caller's arena that is mapped, or not. 0: none. */
static u64 arena_page(int mapped)
{
    u64 count = tasks[current].arena_pages;
    u64 first = draw(count);

    for (u64 i = 0; i < count; i++) {
        u64 page = (first + i) % count;
        if ((arena_entry(page) != 0) == mapped) {
            return arena() + page * NEURON_PAGE;
        }
    }
    return 0;
}

static u64 outside_arena(void)
{
    u64 pages = tasks[current].arena_pages;

    switch (draw(4)) {
    case 0:
        return arena() - NEURON_PAGE;
    case 1:
        return draw(UINT64_MAX >> 24) * NEURON_PAGE;
    case 2:
        return arena() + NEURON_USER_SPAN;
    default:
        return arena() + (pages + draw(3)) * NEURON_PAGE;
    }
}

static u64 some_deadline(void)
{
    switch (draw(8)) {
    case 0:
        return NEURON_POLL;
    case 1:
        return draw(machine.now) + 1;
    case 2:
        return draw(3) == 0 ? NEURON_FOREVER : machine.now + 10 * DEADLINE_SPAN;
    default:
        return machine.now + 1 + draw(DEADLINE_SPAN);
    }
}

static u64 good_tag(void)
{
    u64 bytes = draw(6) == 0 ? draw(NEURON_MESSAGE_BYTES + 1) : draw(3) * draw(9);

    return NEURON_TAG(draw(65536), draw(NEURON_MESSAGE_WORDS + 1), bytes);
}

static u64 bad_tag(void)
{
    return draw(2) == 0 ? NEURON_TAG(draw(9), 5 + draw(100), 0) : NEURON_TAG(0, 0, NEURON_MESSAGE_BYTES + 1 + draw(1000000));
}

/* ---- Messages ---- */

static int aim_call(int64_t code, u64 *in)
{
    in[1] = code == NEURON_BAD_TAG ? bad_tag() : good_tag();
    in[6] = code == NEURON_TIMEOUT ? some_deadline() : machine.now + (1 + draw(20)) * DEADLINE_SPAN;
    for (u32 tries = 0; tries < 8; tries++) {
        const struct slot *slot = own(in[0]);
        const struct task *server = &tasks[slot->object];
        int gone = server->state == NEURON_TASK_GIVEN_UP;
        int stale = slot->generation != 0 && slot->generation != server->generation;
        if (code == NEURON_PEER_GONE ? gone : code == NEURON_PEER_RESTARTED ? stale && !gone : !gone && !stale) {
            return 1;
        }
        in[0] = slot_with(current, NEURON_CAP_PORT, NEURON_RIGHT_CALL, 0);
    }
    return code == NEURON_OK;
}

static u64 likely_token(void)
{
    u32 first = (u32)draw(task_count);

    for (u32 i = 0; i < task_count; i++) {
        u32 t = (first + i) % task_count;
        if (tasks[t].wait == WAIT_SERVED && tasks[t].server == current) {
            return tasks[t].token;
        }
    }
    return 0;
}

static int aim_reply(u64 number, int64_t code, u64 *in)
{
    u64 good = likely_token();

    in[1] = code == NEURON_BAD_TAG ? bad_tag() : good_tag();
    in[6] = code == NEURON_TIMEOUT ? draw(2) * (1 + draw(machine.now)) : some_deadline();
    in[0] = good;
    if (number == NEURON_SYS_reply && code == NEURON_OK && good == 0) {
        return 0;
    }
    if (code == NEURON_STALE || (good == 0 && draw(2) == 0)) {
        in[0] = draw(3) == 0 ? draw(UINT64_MAX >> 12) : tasks[draw(task_count)].token + 64 * draw(3);
    }
    return 1;
}

static int aim_notify(int64_t code, u64 *in)
{
    for (u32 tries = 0; code == NEURON_PEER_GONE && tasks[own(in[0])->object].state != NEURON_TASK_GIVEN_UP; tries++) {
        if (tries == 6) {
            return 0;
        }
        in[0] = slot_with(current, NEURON_CAP_PORT, NEURON_RIGHT_NOTIFY, 0);
    }
    u64 granted = own(in[0])->bits;
    in[1] = draw(2) == 0 ? granted : granted & draw(UINT64_MAX >> 11);
    if (code == NEURON_BAD_BITS) {
        in[1] = draw(3) == 0 ? 0 : granted | (UINT64_C(1) << draw(64));
    }
    return 1;
}

/* ---- Tasks ---- */

static int at_rest(u32 t)
{
    return tasks[t].state != NEURON_TASK_RUNNING && tasks[t].state != NEURON_TASK_GIVEN_UP;
}

/* Whether the state of a task is what a call of this number needs to answer the code. */
static int fits(u64 number, int64_t code, u32 t)
{
    if (code == NEURON_BAD_STATE) {
        return number == NEURON_SYS_task_stop || number == NEURON_SYS_cap_transfer_to ? tasks[t].state == NEURON_TASK_GIVEN_UP
                                                                                      : !at_rest(t);
    }
    if (code == NEURON_NOT_RESET) {
        return at_rest(t) && tasks[t].reset_left != 0;
    }
    switch (number) {
    case NEURON_SYS_task_start:
        return at_rest(t) && tasks[t].reset_left == 0;
    case NEURON_SYS_task_reset_step:
        return at_rest(t) && (tasks[t].reset_left != 0 || draw(20) == 0);
    case NEURON_SYS_task_stop:
        return tasks[t].state == NEURON_TASK_RUNNING || (at_rest(t) && draw(10) == 0);
    default:
        return 1;
    }
}

static int some_task(u64 number, int64_t code, u64 *task)
{
    u32 first = (u32)draw(task_count);

    if (code == NEURON_BAD_TASK) {
        *task = draw(3) == 0 ? current : beyond(task_count);
        return 1;
    }
    for (u32 i = 0; i < task_count; i++) {
        u32 t = (first + i) % task_count;
        if (t != current && fits(number, code, t)) {
            *task = t;
            return 1;
        }
    }
    return 0;
}

static int aim_task(u64 number, int64_t code, u64 *in)
{
    if (!some_task(number, code, &in[1])) {
        return 0;
    }
    if (number == NEURON_SYS_task_stop) {
        in[2] = give_ups > 0 && draw(4) == 0 ? 1 + draw(2) * TALL : 0;
        give_ups -= in[2] != 0;
        return 1;
    }
    in[2] = draw(4);
    in[3] = in[2] < 2 ? 0 : draw(in[2] == 2 ? 12 : 50);
    if (code == NEURON_BAD_INDEX) {
        in[2] = draw(6);
        in[3] = in[2] < 2 ? 1 + draw(5) : NEURON_USER_SPAN / NEURON_PAGE + draw(3);
    }
    return 1;
}

/* ---- Devices: made and moved ---- */

/* Whether the table lets a slot hold a window: of what device_cap_create and cap_transfer_to ask, the first
 * that does not fit, or OK. */
static int64_t verdict(u64 row, u64 w, u64 class, u64 rights)
{
    const struct ceiling *c = &ceilings[row];

    if (c->kind != NEURON_CAP_MMIO) {
        return NEURON_UNDECLARED;
    }
    if (c->class != class) {
        return NEURON_BEYOND_CLASS;
    }
    if (windows[w].base < c->base || windows[w].base >= c->base + c->bytes) {
        return NEURON_BEYOND_BOUNDS;
    }
    return (rights & c->rights) == rights ? NEURON_OK : NEURON_BEYOND_RIGHTS;
}

/* An empty slot of another task for which the verdict is this one. */
static int some_destination(int64_t code, u64 w, u64 rights, u64 *task, u64 *slot)
{
    u32 first = (u32)draw(task_count);

    for (u32 i = 0; i < task_count; i++) {
        u32 t = (first + i) % task_count;
        u32 start = (u32)draw(tasks[t].slots);
        for (u32 n = 0; n < tasks[t].slots && t != current; n++) {
            u32 s = (start + n) % tasks[t].slots;
            u64 row = tasks[t].first_slot + s;
            if (tasks[t].state != NEURON_TASK_GIVEN_UP && slots[row].kind == NEURON_CAP_NONE &&
                verdict(row, w, windows[w].class, rights) == code) {
                *task = t;
                *slot = s;
                return 1;
            }
        }
    }
    return 0;
}

static u64 some_window(int owned)
{
    u32 first = (u32)draw(window_count);

    for (u32 i = 0; i < window_count; i++) {
        u32 w = (first + i) % window_count;
        if ((windows[w].owner != NONE) == owned && (owned || class_in(w) != 0)) {
            return w;
        }
    }
    return NO_SLOT;
}

/* Rights for a window such that it can be handed on to somebody, if anybody may have it. */
static u64 likely_rights(u64 w)
{
    u64 rights = READ_MAP | (draw(3) == 0 ? NEURON_RIGHT_WRITE : 0) | (draw(3) != 0 ? NEURON_RIGHT_IRQ : 0);
    u64 task = 0;
    u64 slot = 0;

    for (u32 tries = 0; tries < 4 && draw(8) != 0; tries++) {
        u32 t = (u32)draw(task_count);
        u64 row = tasks[t].first_slot + draw(tasks[t].slots);
        if (t != current && verdict(row, w, class_in(w), 0) == NEURON_OK) {
            rights = ceilings[row].rights;
        }
    }
    if (!some_destination(NEURON_OK, w, rights, &task, &slot) && draw(4) == 0) {
        rights = 4 * (1 + draw(15));
    }
    return windows[w].irq == 0 ? rights & ~(u64)NEURON_RIGHT_IRQ : rights;
}

/* The empty slot of init that has a ceiling, or one that has none. */
static u64 empty_slot(int with_ceiling)
{
    u64 count = tasks[current].slots;
    u64 first = draw(count);

    for (u64 i = 0; i < count; i++) {
        u64 s = (first + i) % count;
        if (own(s)->kind == NEURON_CAP_NONE &&
            (ceilings[tasks[current].first_slot + s].kind == NEURON_CAP_MMIO) == with_ceiling) {
            return s;
        }
    }
    return NO_SLOT;
}

static int aim_create_beyond(int64_t code, u64 *in)
{
    in[4] = empty_slot(1);
    for (u32 tries = 0; in[4] != NO_SLOT && tries < 20; tries++) {
        u64 w = some_window(0);
        u64 rights = 4 * (1 + draw(15));
        if (w != NO_SLOT && verdict(tasks[current].first_slot + in[4], w, class_in(w), rights) == code) {
            in[1] = windows[w].base;
            in[2] = class_in(w);
            in[3] = rights;
            return 1;
        }
    }
    return 0;
}

static int aim_create(int64_t code, u64 *in)
{
    u64 w = some_window(code == NEURON_OWNED);

    if (code == NEURON_BEYOND_CLASS || code == NEURON_BEYOND_BOUNDS || code == NEURON_BEYOND_RIGHTS) {
        return aim_create_beyond(code, in);
    }
    if (code == NEURON_NO_INTERRUPT) {
        w = window_count - 1;
    }
    for (u32 tries = 0; code == NEURON_STUCK && (w == NO_SLOT || does_reset(w)); tries++) {
        if (tries == 8) {
            return 0;
        }
        w = some_window(0);
    }
    in[4] = empty_slot(draw(6) == 0);
    if (w == NO_SLOT || in[4] == NO_SLOT || (code == NEURON_NO_INTERRUPT && windows[w].owner != NONE)) {
        return 0;
    }
    in[1] = windows[w].base;
    in[2] = class_in(w);
    in[3] = likely_rights(w);
    if (code == NEURON_BAD_SLOT) {
        in[4] = beyond(tasks[current].slots);
    } else if (code == NEURON_OCCUPIED) {
        in[4] = draw(3);
    } else if (code == NEURON_NO_RIGHT) {
        in[3] = draw(3) == 0 ? 0 : draw(3) == 0 ? in[3] + TALL : in[3] | (1 + draw(3)) | (draw(2) * 64);
    } else if (code == NEURON_OUTSIDE_WINDOWS) {
        in[1] = draw(2) == 0 ? in[1] + 8 : draw(UINT64_MAX >> 12);
    } else if (code == NEURON_WRONG_CLASS) {
        in[2] = draw(3) == 0 ? 0 : in[2] + (draw(2) == 0 ? 1 : TALL);
    } else if (code == NEURON_NO_INTERRUPT) {
        in[3] = in[3] | NEURON_RIGHT_IRQ;
        in[4] = empty_slot(0);
    }
    return in[4] != NO_SLOT;
}

static int is_mapped(u64 w)
{
    for (u32 p = 0; p < NEURON_WINDOW_PAGES_MAX; p++) {
        if (windows[w].place[p] != 0) {
            return 1;
        }
    }
    return vqueues[vqueue_of((u32)w, 0)].place != 0 || vqueues[vqueue_of((u32)w, 1)].place != 0;
}

static int aim_transfer(int64_t code, u64 *in)
{
    u64 any = 0;

    if (code == NEURON_BAD_TASK || code == NEURON_BAD_STATE) {
        return some_task(NEURON_SYS_cap_transfer_to, code, &in[2]);
    }
    in[1] = slot_with(current, NEURON_CAP_MMIO, 0, 0);
    for (u32 tries = 0; tries < 6 && in[1] != NO_SLOT && is_mapped(window_of(in[1])) != (code == NEURON_MAPPED); tries++) {
        in[1] = slot_with(current, NEURON_CAP_MMIO, 0, 0);
    }
    (void)some_task(NEURON_SYS_cap_transfer_to, NEURON_OK, &in[2]);
    in[3] = draw(tasks[in[2]].slots);
    if (code == NEURON_WRONG_KIND) {
        in[1] = slot_of_other_kind(current, NEURON_CAP_MMIO);
        return 1;
    }
    if (in[1] == NO_SLOT) {
        return 0;
    }
    if (code == NEURON_OCCUPIED) {
        in[3] = slot_of_other_kind((u32)in[2], NEURON_CAP_NONE);
        return in[3] != NO_SLOT;
    }
    if (code == NEURON_UNDECLARED && draw(2) == 0) {
        in[3] = beyond(tasks[in[2]].slots);
        return 1;
    }
    any = code == NEURON_MAPPED ? NEURON_OK : (u64)code;
    return some_destination((int64_t)any, window_of(in[1]), own(in[1])->rights, &in[2], &in[3]);
}

static int aim_revoke(int64_t code, u64 *in)
{
    if (!some_task(NEURON_SYS_cap_revoke, code, &in[1]) || code == NEURON_BAD_TASK) {
        return code == NEURON_BAD_TASK;
    }
    u32 task = (u32)in[1];
    if (code == NEURON_BAD_INDEX) {
        in[2] = beyond(tasks[task].slots);
        return 1;
    }
    for (u32 i = 0; i < task_count && code == NEURON_OK; i++) {
        task = (task + 1) % task_count;
        if (task != current && slot_with(task, NEURON_CAP_MMIO, 0, 0) != NO_SLOT) {
            break;
        }
    }
    in[1] = task;
    in[2] = code == NEURON_EMPTY_SLOT   ? slot_with(task, NEURON_CAP_NONE, 0, 0)
            : code == NEURON_WRONG_KIND ? slot_of_other_kind(task, NEURON_CAP_MMIO)
                                        : slot_with(task, NEURON_CAP_MMIO, 0, 0);
    return in[2] != NO_SLOT && task != current;
}

/* ---- Devices: used ---- */

static int aim_map(int64_t code, u64 *in)
{
    u64 pages = 0;

    if (code == NEURON_NO_RIGHT) { /* without MAP, READ or WRITE */
        u64 right = draw(3) == 0 ? NEURON_RIGHT_MAP : draw(3) == 0 ? NEURON_RIGHT_READ : NEURON_RIGHT_WRITE;
        in[0] = slot_with(current, NEURON_CAP_MMIO, right, 1);
    }
    if (in[0] == NO_SLOT) {
        return 0;
    }
    pages = windows[window_of(in[0])].pages;
    in[1] = arena_page(0);
    in[2] = draw(pages) * NEURON_PAGE;
    in[3] = code == NEURON_NO_RIGHT || (own(in[0])->rights & NEURON_RIGHT_WRITE) != 0 ? NEURON_PROT_RW : NEURON_PROT_R;
    if (code == NEURON_EXECUTABLE) {
        in[3] = draw(2) == 0 ? NEURON_PROT_RX : 4 + draw(4);
    } else if (code == NEURON_BAD_PROT) {
        in[3] = draw(3) == 0 ? 0 : draw(2) == 0 ? 2 : 8 + draw(4);
    } else if (code == NEURON_UNALIGNED_ADDRESS) {
        in[1] = arena() + 1 + draw(NEURON_PAGE - 1);
    } else if (code == NEURON_OUTSIDE_ARENA) {
        in[1] = outside_arena();
    } else if (code == NEURON_UNALIGNED_OFFSET) {
        in[2] += 1 + draw(NEURON_PAGE - 1);
    } else if (code == NEURON_OUTSIDE_WINDOW) {
        in[2] = (pages + draw(2) + draw(2) * TALL) * NEURON_PAGE;
    } else if (code == NEURON_ALREADY_MAPPED) {
        in[1] = draw(2) == 0 ? arena_page(1) : in[1];
    }
    return in[1] != 0 || code == NEURON_NO_RIGHT;
}

static int aim_unmap(int64_t code, u64 *in)
{
    in[0] = arena_page(code == NEURON_OK || draw(4) == 0);
    if (code == NEURON_UNALIGNED_ADDRESS) {
        in[0] = arena() + 1 + draw(NEURON_PAGE - 1);
    } else if (code == NEURON_OUTSIDE_ARENA) {
        in[0] = outside_arena();
    }
    return in[0] != 0;
}

static int aim_ack(int64_t code, u64 *in)
{
    for (u32 tries = 0; tries < 6 && in[0] != NO_SLOT; tries++) {
        if ((windows[window_of(in[0])].claimed == 1) == (code == NEURON_OK)) {
            return 1;
        }
        in[0] = slot_with(current, NEURON_CAP_MMIO, NEURON_RIGHT_IRQ, 0);
    }
    return 0;
}

static void good_write(u64 w, u64 *in)
{
    static const u64 registers[] = {VIRTIO_MMIO_DEVICE_FEATURES_SEL, VIRTIO_MMIO_QUEUE_SEL, VIRTIO_MMIO_DRIVER_FEATURES_SEL,
                                    VIRTIO_MMIO_DRIVER_FEATURES, VIRTIO_MMIO_STATUS, VIRTIO_MMIO_STATUS};

    if (!virtio(w)) {
        in[1] = draw(2) == 0 ? GOLDFISH_RTC_ALARM_LOW : GOLDFISH_RTC_CLEAR_INTERRUPT;
        in[2] = draw(TALL);
        return;
    }
    in[1] = registers[draw(6)];
    in[2] = draw(2);
    if (windows[w].live == 0 && draw(2) == 0) {
        in[1] = VIRTIO_MMIO_STATUS;
    }
    if (in[1] == VIRTIO_MMIO_STATUS) {
        in[2] = draw(8) == 0 ? draw(256) : VIRTIO_STATUS_DRIVER_OK | draw(4);
        in[2] = draw(40) == 0 ? 0 : in[2];
    }
    if (in[1] == VIRTIO_MMIO_DRIVER_FEATURES && windows[w].feature_word == 0) {
        in[2] = draw(VIRTIO_FEATURES_0 + 1);
    }
}

static int aim_dev_write(int64_t code, u64 *in)
{
    u64 slot = code == NEURON_OK && draw(6) == 0 ? in[0] : virtio_slot();

    if (slot == NO_SLOT) {
        return 0;
    }
    u64 w = window_of(slot);
    in[0] = slot;
    good_write(w, in);
    if (code == NEURON_BAD_REGISTER) {
        in[1] = draw(2) == 0 ? draw(0x200) : draw(2) == 0 ? VIRTIO_MMIO_QUEUE_DESC_LOW + 4 * draw(10) : in[1] + TALL;
        in[1] += in[1] == VIRTIO_MMIO_STATUS && in[2] == 0;
    } else if (code == NEURON_BAD_VALUE) {
        in[2] = draw(2) == 0 ? in[2] + TALL : (UINT64_C(1) << 32) - 1;
    } else if (code == NEURON_NOT_LIVE) {
        in[1] = VIRTIO_MMIO_QUEUE_NOTIFY;
        in[2] = draw(NEURON_WINDOW_QUEUES);
    } else if (code == NEURON_STUCK) {
        in[1] = VIRTIO_MMIO_STATUS;
        in[2] = 0;
        return !does_reset(w);
    }
    return 1;
}

static int aim_queue(int64_t code, u64 *in)
{
    u64 slot = code == NEURON_BAD_QUEUE && draw(3) == 0 ? in[0] : virtio_slot();

    if (slot == NO_SLOT) {
        return 0;
    }
    in[0] = slot;
    u64 w = window_of(slot);
    u32 queue = (u32)draw(NEURON_WINDOW_QUEUES);
    for (u32 tries = 0; tries < 4 && virtio(w) && (vqueues[vqueue_of((u32)w, queue)].size != 0) != (code == NEURON_QUEUE_SET_UP);
         tries++) {
        queue = 1 - queue;
        if (tries == 2) {
            return 0;
        }
    }
    u64 most = virtio(w) ? device(w)->queues[queue].num_max : 0;
    in[1] = queue;
    in[2] = most == 0 ? 8 : draw(2) == 0 ? most / 2 + (most == 1) : most;
    in[2] = in[2] > 8 && draw(8) != 0 ? 4 : in[2];
    in[3] = arena_page(code == NEURON_ALREADY_MAPPED);
    if (code == NEURON_OK && (most == 0 || (most & (most - 1)) != 0)) {
        return 0;
    }
    if (code == NEURON_BAD_QUEUE) {
        in[1] = draw(2) == 0 && most == 0 ? queue : NEURON_WINDOW_QUEUES + draw(2) + draw(2) * TALL;
    } else if (code == NEURON_UNALIGNED_ADDRESS) {
        in[3] = arena() + 1 + draw(NEURON_PAGE - 1);
    } else if (code == NEURON_OUTSIDE_ARENA) {
        in[3] = outside_arena();
    } else if (code == NEURON_BAD_SIZE) {
        in[2] = draw(3) == 0 ? 0 : draw(3) == 0 ? 3 : draw(2) == 0 ? 2 * most : 256 * (1 + draw(2) * TALL);
    }
    return in[3] != 0;
}

/* A descriptor in the OUT page of the caller, in one of its regions. */
static void describe(u64 i, u64 slot, u64 offset, u64 bytes, u64 writes)
{
    u64 *out = message_pages[out_page(current)];

    out[NEURON_DESCRIPTOR_WORDS * i] = offset;
    out[NEURON_DESCRIPTOR_WORDS * i + 1] = NEURON_DESCRIPTOR(bytes, slot, writes);
}

static void describe_well(u64 i)
{
    u64 writes = draw(2);
    u64 slot = slot_with(current, NEURON_CAP_DMA, writes == 1 ? NEURON_RIGHT_WRITE : NEURON_RIGHT_READ, 0);
    u64 region = memories[own(slot)->object].pages * (u64)NEURON_PAGE;
    u64 offset = draw(region);

    describe(i, slot, offset, 1 + draw(region - offset), writes);
}

static void describe_badly(int64_t code, u64 i)
{
    u64 dma = slot_with(current, NEURON_CAP_DMA, NEURON_RIGHT_READ | NEURON_RIGHT_WRITE, 0);
    u64 region = memories[own(dma)->object].pages * (u64)NEURON_PAGE;
    u64 read_only = slot_with(current, NEURON_CAP_DMA, NEURON_RIGHT_WRITE, 1);

    switch (code) {
    case NEURON_BAD_DESCRIPTOR:
        describe(i, dma, 0, draw(2), 2 * draw(1000));
        break;
    case NEURON_OUTSIDE_REGION:
        describe(i, dma, draw(3) == 0 ? draw(UINT64_MAX >> 12) : region - draw(8), 9 + draw(100), draw(2));
        break;
    case NEURON_NO_RIGHT:
        describe(i, read_only, 0, 1, 1);
        break;
    case NEURON_BAD_SLOT:
        describe(i, tasks[current].slots + draw(9), 0, 1, 1);
        break;
    case NEURON_EMPTY_SLOT:
        describe(i, slot_with(current, NEURON_CAP_NONE, 0, 0) % 0x10000, 0, 1, 1);
        break;
    case NEURON_WRONG_KIND:
        describe(i, NEURON_SLOT_CONSOLE, 0, 1, 1);
        break;
    default:
        break;
    }
}

static int any_busy(u32 q, u64 head, u64 count)
{
    for (u64 i = 0; i < count; i++) {
        if (vqueues[q].busy[head + i] == 1) {
            return 1;
        }
    }
    return 0;
}

static int aim_post(int64_t code, u64 *in)
{
    u64 slot = code == NEURON_BAD_QUEUE && draw(3) == 0 ? in[0] : virtio_slot();

    if (slot == NO_SLOT) {
        return 0;
    }
    u64 w = window_of(slot);
    u32 queue = (u32)draw(NEURON_WINDOW_QUEUES);
    in[0] = slot;
    in[4] = draw(2);
    for (u32 tries = 0; virtio(w) && code != NEURON_BAD_QUEUE; tries++) {
        int live = vqueues[vqueue_of((u32)w, queue)].size != 0 && windows[w].live == 1;
        if (live == (code != NEURON_NOT_LIVE)) {
            break;
        }
        if (tries == 1) {
            return 0;
        }
        queue = 1 - queue;
    }
    u32 q = vqueue_of((u32)w, queue);
    u64 size = virtio(w) ? vqueues[q].size : 0;
    in[1] = queue;
    in[2] = size == 0 ? 0 : draw(size);
    in[3] = size == 0 ? 1 : 1 + draw(size - in[2] < 4 ? size - in[2] : 4);
    for (u32 tries = 0; size != 0 && tries < 8 && any_busy(q, in[2], in[3]) != (code == NEURON_IN_FLIGHT); tries++) {
        in[2] = draw(size);
        in[3] = 1 + draw(size - in[2] < 3 ? size - in[2] : 3);
    }
    for (u64 i = 0; i < in[3]; i++) {
        describe_well(i);
    }
    if (code == NEURON_BAD_QUEUE) {
        in[1] = NEURON_WINDOW_QUEUES + draw(2) + draw(2) * TALL;
    } else if (code == NEURON_BAD_INDEX) {
        in[2] = draw(2) == 0 ? size + draw(3) : in[2] + draw(2) * TALL;
        in[3] = draw(3) == 0 ? 0 : draw(2) == 0 ? NEURON_CHAIN_MAX + 1 + draw(2) : size + 1;
    } else {
        describe_badly(code, draw(in[3]));
    }
    return 1;
}

/* ---- All calls ---- */

static const struct {
    u32 kind;
    u32 right;
} needs[CALLS] = {
    [NEURON_SYS_call] = {NEURON_CAP_PORT, NEURON_RIGHT_CALL},
    [NEURON_SYS_notify] = {NEURON_CAP_PORT, NEURON_RIGHT_NOTIFY},
    [NEURON_SYS_console_write] = {NEURON_CAP_CONSOLE, 0},
    [NEURON_SYS_power] = {NEURON_CAP_POWER, 0},
    [NEURON_SYS_task_start] = {NEURON_CAP_TASK, 0},
    [NEURON_SYS_task_stop] = {NEURON_CAP_TASK, 0},
    [NEURON_SYS_task_reset_step] = {NEURON_CAP_TASK, 0},
    [NEURON_SYS_task_inspect] = {NEURON_CAP_TASK, 0},
    [NEURON_SYS_device_cap_create] = {NEURON_CAP_FACTORY, 0},
    [NEURON_SYS_cap_transfer_to] = {NEURON_CAP_TASK, 0},
    [NEURON_SYS_cap_revoke] = {NEURON_CAP_TASK, 0},
    [NEURON_SYS_cap_drop] = {NEURON_CAP_MMIO, 0},
    [NEURON_SYS_mmio_map] = {NEURON_CAP_MMIO, NEURON_RIGHT_MAP},
    [NEURON_SYS_irq_ack] = {NEURON_CAP_MMIO, NEURON_RIGHT_IRQ},
    [NEURON_SYS_dev_write] = {NEURON_CAP_MMIO, 0},
    [NEURON_SYS_dev_queue] = {NEURON_CAP_MMIO, 0},
    [NEURON_SYS_dev_post] = {NEURON_CAP_MMIO, 0},
};

/* The refusals of any call that takes a slot. Of some, only as often as they come by other ways too. */
static int aim_slot(u64 number, int64_t code, u64 *in)
{
    u32 kind = needs[number].kind;

    switch (code) {
    case NEURON_BAD_SLOT:
        in[0] = beyond(tasks[current].slots);
        return 1;
    case NEURON_EMPTY_SLOT:
        in[0] = slot_with(current, NEURON_CAP_NONE, 0, 0);
        return in[0] != NO_SLOT;
    case NEURON_WRONG_KIND:
        in[0] = slot_of_other_kind(current, kind);
        return in[0] != NO_SLOT;
    default:
        in[0] = slot_with(current, kind, needs[number].right, 1);
        return in[0] != NO_SLOT && needs[number].right != 0;
    }
}

static int aim_rest(u64 number, int64_t code, u64 *in)
{
    switch (number) {
    case NEURON_SYS_call:
        return aim_call(code, in);
    case NEURON_SYS_recv:
        in[0] = code == NEURON_TIMEOUT ? draw(2) * (1 + draw(machine.now)) : some_deadline();
        return 1;
    case NEURON_SYS_reply:
    case NEURON_SYS_reply_recv:
        return aim_reply(number, code, in);
    case NEURON_SYS_notify:
        return aim_notify(code, in);
    case NEURON_SYS_wait:
        in[0] = draw(2) == 0 ? UINT64_MAX : draw(UINT64_MAX >> 11);
        in[1] = some_deadline();
        return 1;
    case NEURON_SYS_cap_query:
        in[0] = draw(tasks[current].slots);
        return 1;
    case NEURON_SYS_console_write:
        in[1] = code == NEURON_BAD_LENGTH ? draw(2) * (NEURON_LINE_BYTES + 1 + draw(3) + draw(2) * TALL) : 1 + draw(NEURON_LINE_BYTES);
        in[1] = flood && code == NEURON_DROPPED ? NEURON_LINE_BYTES : in[1];
        return code != NEURON_DROPPED || flood;
    case NEURON_SYS_power:
        in[1] = code == NEURON_BAD_INDEX ? 256 + draw(3) + draw(2) * TALL : draw(256);
        return 1;
    case NEURON_SYS_task_start:
    case NEURON_SYS_task_stop:
    case NEURON_SYS_task_reset_step:
    case NEURON_SYS_task_inspect:
        return aim_task(number, code, in);
    case NEURON_SYS_device_cap_create:
        return aim_create(code, in);
    case NEURON_SYS_cap_transfer_to:
        return aim_transfer(code, in);
    case NEURON_SYS_cap_revoke:
        return aim_revoke(code, in);
    case NEURON_SYS_mmio_map:
        return aim_map(code, in);
    case NEURON_SYS_unmap:
        return aim_unmap(code, in);
    case NEURON_SYS_irq_ack:
        return aim_ack(code, in);
    case NEURON_SYS_dev_write:
        return aim_dev_write(code, in);
    case NEURON_SYS_dev_queue:
        return aim_queue(code, in);
    case NEURON_SYS_dev_post:
        return aim_post(code, in);
    default:
        return 1;
    }
}

int aim(u64 number, int64_t code, u64 *in)
{
    int by_slot = code == NEURON_BAD_SLOT || code == NEURON_EMPTY_SLOT || code == NEURON_WRONG_KIND || code == NEURON_NO_RIGHT;
    int other_way = number == NEURON_SYS_dev_post || number == NEURON_SYS_device_cap_create || number == NEURON_SYS_cap_transfer_to ||
                    number == NEURON_SYS_cap_revoke || number == NEURON_SYS_mmio_map;

    if (by_slot && (number == NEURON_SYS_cap_query || !other_way || draw(2) == 0)) {
        return aim_slot(number, code, in);
    }
    if (number < CALLS && needs[number].kind != 0) {
        in[0] = slot_with(current, needs[number].kind, needs[number].right, 0);
        if (in[0] == NO_SLOT && number != NEURON_SYS_mmio_map) {
            return 0;
        }
    }
    return aim_rest(number, code, in);
}

/* What brings the system on: init starts tasks and hands out devices, then sleeps; the others serve, call and drive. */
static u64 init_step(void)
{
    u64 task = 0;
    u64 slot = 0;

    if (give_ups > 0 && draw(60) == 0) {
        return NEURON_SYS_task_stop;
    }
    for (u32 t = 0; t < task_count && draw(8) != 0; t++) {
        if (at_rest(t)) {
            return tasks[t].reset_left != 0 ? NEURON_SYS_task_reset_step : NEURON_SYS_task_start;
        }
    }
    for (u64 s = 0; s < tasks[current].slots && draw(2) == 0; s++) {
        if (own(s)->kind == NEURON_CAP_MMIO && some_destination(NEURON_OK, window_of(s), own(s)->rights, &task, &slot)) {
            return NEURON_SYS_cap_transfer_to;
        }
    }
    if (draw(3) == 0 && some_window(0) != NO_SLOT && empty_slot(0) != NO_SLOT) {
        return NEURON_SYS_device_cap_create;
    }
    return draw(2) == 0 ? NEURON_SYS_recv : NEURON_SYS_wait;
}

static u64 task_step(void)
{
    static const u64 usual[] = {NEURON_SYS_recv, NEURON_SYS_recv, NEURON_SYS_call, NEURON_SYS_call, NEURON_SYS_call,
                                NEURON_SYS_wait, NEURON_SYS_notify, NEURON_SYS_yield};
    u64 slot = draw(2) == 0 ? virtio_slot() : NO_SLOT;

    if (likely_token() != 0 && draw(2) == 0) {
        return draw(2) == 0 ? NEURON_SYS_reply : NEURON_SYS_reply_recv;
    }
    if (slot != NO_SLOT) {
        u64 w = window_of(slot);
        if (vqueues[vqueue_of((u32)w, 0)].size == 0) {
            return NEURON_SYS_dev_queue;
        }
        return windows[w].live == 0 ? NEURON_SYS_dev_write : NEURON_SYS_dev_post;
    }
    return draw(100) == 0 ? NEURON_SYS_exit : usual[draw(8)];
}

/* Whether a pair has been rarer so far than each should be. */
static int is_rare(u64 number, int64_t code)
{
    u64 all = 0;

    for (u32 c = 0; c < CODES; c++) {
        all += counts[NEURON_SYS_recv][c];
    }
    return counts[number][code + CODE_BASE] * RARE < all;
}

/* What seldom can be had, and can be now: 1 and the pair, if it has been rare so far. */
static int opportunity(u64 *number, int64_t *code)
{
    static const int64_t posts[] = {NEURON_NO_RIGHT, NEURON_BAD_INDEX, NEURON_BAD_DESCRIPTOR, NEURON_OUTSIDE_REGION, NEURON_OK};
    u64 slot = virtio_slot();
    u64 port = slot_with(current, NEURON_CAP_PORT, draw(2) == 0 ? NEURON_RIGHT_CALL : NEURON_RIGHT_NOTIFY, 0);
    u64 line = slot_with(current, NEURON_CAP_MMIO, NEURON_RIGHT_IRQ, 0);
    u64 window = some_window(0);
    u32 task = (u32)draw(task_count);

    *code = NEURON_OK;
    if (line != NO_SLOT && windows[window_of(line)].claimed == 1) {
        *number = NEURON_SYS_irq_ack;
    } else if (slot != NO_SLOT && !does_reset(window_of(slot)) && draw(2) == 0) {
        *number = NEURON_SYS_dev_write;
        *code = NEURON_STUCK;
    } else if (slot != NO_SLOT && windows[window_of(slot)].live == 1 &&
               vqueues[vqueue_of((u32)window_of(slot), (u32)draw(2))].size != 0) {
        *number = NEURON_SYS_dev_post;
        *code = posts[draw(5)];
    } else if (current == init_task && window != NO_SLOT && !does_reset(window)) {
        *number = NEURON_SYS_device_cap_create;
        *code = NEURON_STUCK;
    } else if (port != NO_SLOT && tasks[own(port)->object].state == NEURON_TASK_GIVEN_UP) {
        *number = (own(port)->rights & NEURON_RIGHT_CALL) != 0 && draw(2) == 0 ? NEURON_SYS_call : NEURON_SYS_notify;
        *code = NEURON_PEER_GONE;
    } else if (current == init_task && tasks[task].state == NEURON_TASK_GIVEN_UP) {
        *number = draw(2) == 0 ? NEURON_SYS_task_stop : NEURON_SYS_cap_transfer_to;
        *code = NEURON_BAD_STATE;
    } else {
        return 0;
    }
    return is_rare(*number, *code);
}

void choose(u64 *number, int64_t *code)
{
    u64 fewest = UINT64_MAX;

    if (flood && draw(3) != 0) {
        *number = NEURON_SYS_console_write;
        *code = NEURON_DROPPED;
        return;
    }
    if (opportunity(number, code)) {
        return;
    }
    if (draw(5) < 2) {
        *number = current == init_task ? init_step() : task_step();
        *code = NEURON_OK;
        return;
    }
    for (u32 tries = 0; tries < 6;) {
        u64 n = draw(CALLS);
        u64 c = draw(CODES);
        if (((possible[n] >> c) & 1) == 1) {
            tries++;
            if (counts[n][c] < fewest) {
                fewest = counts[n][c];
                *number = n == CALLS - 1 ? CALLS - 1 + draw(3) * draw(UINT64_MAX >> 12) : n;
                *code = (int64_t)c - CODE_BASE;
            }
        }
    }
}
