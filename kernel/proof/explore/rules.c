/* The rules for steps. */
#include "rules.h"

#include "cmocka_all.h"
#include "machine.h"
#include "shape.h"

static struct view before;
static struct view after;
static enum session sessions[NEURON_SLOTS_MAX];

#define RULE(condition, row)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            explore_violated("%s:%d: row %u: %s", __FILE__, __LINE__, (unsigned)(row),             \
                             #condition);                                                          \
        }                                                                                          \
    } while (0)

void rules_before(const struct step *step)
{
    (void)step;
    shape_view(&before);
    for (u32 s = 0; s < tasks[task_count - 1].first_slot + tasks[task_count - 1].slots; s++) {
        sessions[s] = slots[s].kind == NEURON_CAP_PORT ? shape_session(s) : NO_SESSION;
    }
}

static int is_timer(const struct step *step)
{
    return step->event == EVENT_DEADLINE || step->event == EVENT_QUANTUM ||
           step->event == EVENT_BOTH;
}

static int is_call(const struct step *step, u64 number)
{
    return step->event == EVENT_CALL && step->number == number;
}

/* Whether it replies, if the token is right. */
static int replies(const struct step *step)
{
    return (is_call(step, NEURON_SYS_reply) || is_call(step, NEURON_SYS_reply_recv)) &&
           NEURON_TAG_WORDS(step->in[1]) <= NEURON_MESSAGE_WORDS;
}

static int died(u32 t)
{
    return after.task[t].generation != before.task[t].generation;
}

/* Whether its deadline passes in this step. */
static int is_due(const struct step *step, u32 t)
{
    return is_timer(step) && before.task[t].deadline <= machine.now;
}

/* The place of a task in a queue; NONE. */
static u32 place_of(const struct view *view, u32 q, u32 task)
{
    for (u32 i = 0; i < view->length[q]; i++) {
        if (view->order[q][i] == task) {
            return i;
        }
    }
    return NONE;
}

/* Who was in a queue and still is stays in its place among its equals; at a port, newcomers come last. */
static void check_order(u32 q)
{
    for (u32 i = 0; i < after.length[q]; i++) {
        for (u32 j = i + 1; j < after.length[q]; j++) {
            u32 one = after.order[q][i];
            u32 other = after.order[q][j];
            if (tasks[one].level != tasks[other].level) {
                continue;
            }
            u32 was_one = place_of(&before, q, one);
            u32 was_other = place_of(&before, q, other);
            RULE(was_one == NONE || was_other == NONE || was_one < was_other, one);
            RULE(q == task_count || was_one != NONE || was_other == NONE, one);
        }
    }
}

/* The call that a server received is that of the most urgent caller, the first of those. */
static void check_delivered(const struct step *step, u32 caller)
{
    u32 server = after.task[caller].server;
    const struct task_view *got = &after.task[server];

    if (before.task[caller].reason == QUEUED) {
        RULE(server == before.task[caller].server && before.current == server, caller);
        RULE(before.order[server][0] == caller, caller);
    } else {
        RULE(before.current == caller && is_call(step, NEURON_SYS_call), caller);
        RULE(before.task[server].reason == RECEIVES && before.length[server] == 0, caller);
    }
    RULE(after.task[caller].token > before.task[caller].token, caller);
    RULE(got->status == NEURON_OK && got->output[6] == after.task[caller].token, caller);
    for (u32 w = 0; w < NEURON_MESSAGE_WORDS; w++) { /* steps.c lets it send those */
        RULE(got->output[1 + w] ==
                 (w < NEURON_TAG_WORDS(got->output[0]) ? (caller + 1) * UINT64_C(16) + w : 0),
             caller);
    }
    for (u32 i = 0; i < NEURON_TAG_BYTES(got->output[0]) / 8; i++) {
        RULE(message_pages[in_page(server)][i] == caller + UINT64_C(1), caller);
    }
}

/* What ends an open call that was received: the reply to it, its deadline, its caller's death. */
static void check_served(const struct step *step, u32 t)
{
    const struct task_view *was = &before.task[t];
    int same = after.task[t].reason == SERVED && after.task[t].token == was->token &&
               after.task[t].server == was->server;
    int replied = replies(step) && before.current == was->server && step->in[0] == was->token;

    RULE(same == !(replied || is_due(step, t) || died(t)), t);
    if (replied) {
        RULE(after.task[t].status == NEURON_OK && after.task[t].output[0] == step->in[1], t);
        for (u32 i = 0; i < NEURON_TAG_BYTES(step->in[1]) / 8; i++) {
            RULE(message_pages[out_page(t)][i] == was->server + UINT64_C(1), t);
        }
    }
}

static void check_queued(const struct step *step, u32 t)
{
    const struct task_view *was = &before.task[t];
    u32 server = was->server;

    if (after.task[t].reason == QUEUED) {
        RULE(after.task[t].server == server && !is_due(step, t), t);
        RULE(place_of(&after, server, t) != NONE, t);
    } else if (after.task[t].reason != SERVED) {
        RULE(is_due(step, t) || died(t), t);
    }
}

/* Who waits for a server that dies learns it before anybody runs, and so do the servers of a client. */
static void check_death(u32 dead)
{
    for (u32 t = 0; t < task_count; t++) {
        enum reason was = before.task[t].reason;
        if ((was == QUEUED || was == SERVED) && before.task[t].server == dead && !died(t)) {
            RULE(after.task[t].deadline == 0 || after.task[t].reason == RUNS, t);
        }
        if ((tasks[dead].servers >> t) % 2 == 1) {
            RULE((after.task[t].peers_changed >> dead) % 2 == 1, t);
        }
    }
    RULE(after.task[dead].reason == AT_REST && after.task[dead].bits == 0, dead);
    RULE(after.task[dead].generation == before.task[dead].generation + 1, dead);
}

/* Bits that are pending stay so until the task has them; one that waits gets them or waits for others. */
static void check_bits(u32 t)
{
    const struct task_view *was = &before.task[t];
    const struct task_view *is = &after.task[t];
    int came_back = was->reason == RECEIVES || was->reason == AWAITS_BITS || t == before.current;
    u64 delivered =
        came_back && is->reason == RUNS && is->status == NEURON_NOTIFIED ? is->output[0] : 0;

    RULE(died(t) || (was->bits & ~(is->bits | delivered)) == 0, t);
    RULE((is->bits & delivered) == 0, t);
}

/* A wait that goes on keeps its deadline, unless it ends at once; a new one has the deadline that was asked for. */
static void check_deadline(const struct step *step, u32 t)
{
    const struct task_view *was = &before.task[t];
    const struct task_view *is = &after.task[t];

    if (is->reason == RUNS || is->reason == AT_REST) {
        return;
    }
    RULE(!is_timer(step) || is->deadline > machine.now || is->deadline == 0, t);
    if (t != before.current) {
        RULE(is->deadline == was->deadline || is->deadline == 0, t);
    } else if (step->event == EVENT_CALL) {
        u64 asked = step->in[6];
        if (step->number == NEURON_SYS_wait) {
            asked = step->in[1];
        } else if (step->number == NEURON_SYS_recv) {
            asked = step->in[0];
        }
        RULE(is->deadline == (asked == NEURON_POLL ? NEURON_FOREVER : asked) || is->deadline == 0,
             t);
    }
}

/* What the current task called is answered as its slot and token say. */
static void check_answer(const struct step *step)
{
    u32 t = before.current;
    int64_t status = (int64_t)after.task[t].status;
    int back = after.task[t].reason == RUNS && !died(t);

    RULE(!back || (status <= NEURON_NOTIFIED && status >= NEURON_OUTSIDE_REGION), t);
    if (step->number == NEURON_SYS_reply) {
        int open = 0;
        for (u32 c = 0; c < task_count; c++) {
            open |= before.task[c].reason == SERVED && before.task[c].server == t &&
                    before.task[c].token == step->in[0];
        }
        int right = NEURON_TAG_WORDS(step->in[1]) <= NEURON_MESSAGE_WORDS;
        RULE(status == (!right ? NEURON_BAD_TAG : open ? NEURON_OK : NEURON_STALE), t);
    }
    if (step->number == NEURON_SYS_call && step->in[0] < tasks[t].slots) {
        u32 row = tasks[t].first_slot + (u32)step->in[0];
        int old = slots[row].kind == NEURON_CAP_PORT && sessions[row] == EARLIER_LIFE;
        RULE(!back || status != NEURON_PEER_RESTARTED || old, t);
        RULE(!old || (back && status < 0), t);
        RULE(!old || status != NEURON_PEER_RESTARTED || shape_session(row) == NO_SESSION, t);
    }
    if (step->number == NEURON_SYS_notify && status == NEURON_OK) {
        const struct slot *slot = &slots[tasks[t].first_slot + step->in[0]];
        const struct task_view *target = &after.task[slot->object];
        RULE((step->in[1] & slot->bits) == step->in[1], t);
        RULE((target->bits & step->in[1]) == step->in[1] ||
                 (target->reason == RUNS && before.task[slot->object].reason != RUNS &&
                  ((target->bits | target->output[0]) & step->in[1]) == step->in[1]),
             t);
    }
}

/* A task that was started is in no session. */
static void check_started(u32 task)
{
    for (u32 s = tasks[task].first_slot; s < tasks[task].first_slot + tasks[task].slots; s++) {
        RULE(slots[s].kind != NEURON_CAP_PORT || shape_session(s) == NO_SESSION, s);
    }
}

/* TIMEOUT ends a wait, PEER_* a session, STUCK the device's work; all other errors are refusals. */
static int is_refusal(int64_t status)
{
    return status < 0 && status != NEURON_TIMEOUT && status != NEURON_PEER_RESTARTED &&
           status != NEURON_PEER_DIED && status != NEURON_STUCK;
}

int rules_after(const struct step *step)
{
    shape_view(&after);
    for (u32 q = 0; q <= task_count; q++) {
        check_order(q);
    }
    for (u32 t = 0; t < task_count; t++) {
        if (before.task[t].reason == SERVED) {
            check_served(step, t);
        } else if (after.task[t].reason == SERVED) {
            check_delivered(step, t);
        }
        if (before.task[t].reason == QUEUED) {
            check_queued(step, t);
        }
        if (died(t)) {
            check_death(t);
        }
        check_bits(t);
        check_deadline(step, t);
        RULE(machine.timer <= after.task[t].deadline, t);
    }
    if (step->event != EVENT_CALL) {
        return 0;
    }
    check_answer(step);
    if (step->number == NEURON_SYS_task_start && after.current == before.current &&
        after.task[before.current].status == NEURON_OK) {
        check_started((u32)step->in[1]);
    }
    return after.current == before.current && after.task[before.current].reason == RUNS &&
           !died(before.current) && is_refusal((int64_t)after.task[before.current].status);
}
