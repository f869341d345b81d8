/* Random calls that aim at a result. They may miss it: what came back is what counts. */
#include "lockstep_aim.h"

#include <neuron/registers.h>
#include <neuron/table.h>

#include "machine.h"
#include "world.h"

#define RARE 110u /* of so many recv, each pair should be one */

static int aim_call(int64_t code, u64 *in)
{
    in[1] = code == NEURON_BAD_TAG ? bad_tag() : good_tag();
    in[6] = code == NEURON_TIMEOUT || draw(8) == 0 ? some_deadline()
                                                   : machine.now + (1 + draw(20)) * DEADLINE_SPAN;
    if (code == NEURON_OK && draw(2) == 0) {
        in[6] = NEURON_FOREVER;
    }
    for (u32 tries = 0; tries < 8; tries++) {
        const struct slot *slot = own(in[0]);
        const struct task *server = &tasks[slot->object];
        int gone = server->state == NEURON_TASK_GIVEN_UP;
        int stale = slot->generation != NEVER && slot->generation != server->generation;
        if (code == NEURON_PEER_GONE        ? gone
            : code == NEURON_PEER_RESTARTED ? stale && !gone
                                            : !gone && !stale) {
            return 1;
        }
        in[0] = slot_with(current, NEURON_CAP_PORT, NEURON_RIGHT_CALL, 0);
    }
    return code == NEURON_OK;
}

u64 likely_token(void)
{
    u32 first = (u32)draw(task_count);

    for (u32 i = 0; i < task_count; i++) {
        u32 t = (first + i) % task_count;
        if ((tasks[t].wait == WAIT_SERVED + current ||
             tasks[t].wait == WAIT_SERVED_UNTIL + current)) {
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
    if (code == NEURON_OK && current != init_task && draw(4) == 0) {
        in[6] = NEURON_FOREVER;
    }
    in[0] = good;
    if (number == NEURON_SYS_reply && code == NEURON_OK && good == 0) {
        return 0;
    }
    if (code == NEURON_STALE || (good == 0 && draw(2) == 0)) {
        in[0] =
            draw(3) == 0 ? draw(UINT64_MAX >> 12) : tasks[draw(task_count)].token + 64 * draw(3);
    }
    return 1;
}

static int aim_notify(int64_t code, u64 *in)
{
    for (u32 tries = 0;
         code == NEURON_PEER_GONE && tasks[own(in[0])->object].state != NEURON_TASK_GIVEN_UP;
         tries++) {
        if (tries == 6) {
            return 0;
        }
        in[0] = slot_with(current, NEURON_CAP_PORT, NEURON_RIGHT_NOTIFY, 0);
    }
    u64 granted = own(in[0])->bits;
    in[1] = granted & draw(UINT64_MAX >> 11);
    if (in[1] == 0) {
        in[1] = granted;
    }
    if (code == NEURON_BAD_BITS) {
        in[1] = draw(3) == 0 ? 0 : (draw(2) * granted) | (UINT64_C(1) << draw(64));
    }
    return 1;
}

static int at_rest(u32 t)
{
    return tasks[t].state != NEURON_TASK_RUNNING && tasks[t].state != NEURON_TASK_GIVEN_UP;
}

/* Whether the state of a task is what a call of this number needs to answer the code. */
static int fits(u64 number, int64_t code, u32 t)
{
    if (code == NEURON_BAD_STATE) {
        return number == NEURON_SYS_task_stop || number == NEURON_SYS_cap_transfer_to
                   ? tasks[t].state == NEURON_TASK_GIVEN_UP
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

int some_task(u64 number, int64_t code, u64 *task)
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
        in[0] = code == NEURON_TIMEOUT                 ? draw(2) * (1 + draw(machine.now))
                : current != init_task && draw(4) == 0 ? NEURON_FOREVER
                                                       : some_deadline();
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
        in[1] = code == NEURON_BAD_LENGTH
                    ? draw(2) * (NEURON_LINE_BYTES + 1 + draw(3) + draw(2) * TALL)
                    : 1 + draw(NEURON_LINE_BYTES);
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
    int by_slot = code == NEURON_BAD_SLOT || code == NEURON_EMPTY_SLOT ||
                  code == NEURON_WRONG_KIND || code == NEURON_NO_RIGHT;
    int other_way = number == NEURON_SYS_dev_post || number == NEURON_SYS_device_cap_create ||
                    number == NEURON_SYS_cap_transfer_to || number == NEURON_SYS_cap_revoke ||
                    number == NEURON_SYS_mmio_map;

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
        if (own(s)->kind == NEURON_CAP_MMIO &&
            some_destination(NEURON_OK, window_of(s), own(s)->rights, &task, &slot)) {
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
    static const u64 usual[] = {NEURON_SYS_recv,   NEURON_SYS_recv, NEURON_SYS_call,
                                NEURON_SYS_call,   NEURON_SYS_call, NEURON_SYS_wait,
                                NEURON_SYS_notify, NEURON_SYS_yield};
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
    static const int64_t posts[] = {NEURON_NO_RIGHT, NEURON_BAD_INDEX, NEURON_BAD_DESCRIPTOR,
                                    NEURON_OUTSIDE_REGION, NEURON_OK};
    u64 slot = virtio_slot();
    u64 port = slot_with(current, NEURON_CAP_PORT,
                         draw(2) == 0 ? NEURON_RIGHT_CALL : NEURON_RIGHT_NOTIFY, 0);
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
    } else if (port != NO_SLOT && own(port)->generation > NEVER &&
               own(port)->generation != tasks[own(port)->object].generation) {
        *number = NEURON_SYS_call;
        *code = NEURON_PEER_RESTARTED;
    } else if (port != NO_SLOT && tasks[own(port)->object].state == NEURON_TASK_GIVEN_UP) {
        *number = (own(port)->rights & NEURON_RIGHT_CALL) != 0 && draw(2) == 0 ? NEURON_SYS_call
                                                                               : NEURON_SYS_notify;
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
