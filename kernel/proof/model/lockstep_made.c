/* Random calls that make, move and take back devices. */
#include "lockstep_aim.h"

#include <neuron/registers.h>
#include <neuron/table.h>

#include "machine.h"
#include "world.h"

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

int some_destination(int64_t code, u64 w, u64 rights, u64 *task, u64 *slot)
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

u64 some_window(int owned)
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
    u64 rights =
        READ_MAP | (draw(3) == 0 ? NEURON_RIGHT_WRITE : 0) | (draw(3) != 0 ? NEURON_RIGHT_IRQ : 0);
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

u64 empty_slot(int with_ceiling)
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
        if (w != NO_SLOT &&
            verdict(tasks[current].first_slot + in[4], w, class_in(w), rights) == code) {
            in[1] = windows[w].base;
            in[2] = class_in(w);
            in[3] = rights;
            return 1;
        }
    }
    return 0;
}

int aim_create(int64_t code, u64 *in)
{
    u64 w = some_window(code == NEURON_OWNED);

    if (code == NEURON_BEYOND_CLASS || code == NEURON_BEYOND_BOUNDS ||
        code == NEURON_BEYOND_RIGHTS) {
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
    if (w == NO_SLOT || in[4] == NO_SLOT ||
        (code == NEURON_NO_INTERRUPT && windows[w].owner != NONE)) {
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
        in[3] = draw(3) == 0   ? 0
                : draw(3) == 0 ? in[3] + TALL
                               : in[3] | (1 + draw(3)) | (draw(2) * 64);
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

int aim_transfer(int64_t code, u64 *in)
{
    u64 any = 0;

    if (code == NEURON_BAD_TASK || code == NEURON_BAD_STATE) {
        return some_task(NEURON_SYS_cap_transfer_to, code, &in[2]);
    }
    in[1] = slot_with(current, NEURON_CAP_MMIO, 0, 0);
    for (u32 tries = 0;
         tries < 6 && in[1] != NO_SLOT && is_mapped(window_of(in[1])) != (code == NEURON_MAPPED);
         tries++) {
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

int aim_revoke(int64_t code, u64 *in)
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
