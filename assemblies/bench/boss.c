/*
 * The init of the bench. Starts everybody, measures what only init may do, then is the server that the
 * driver calls: first by hand, so that nothing but the system calls is measured, then by the generated loop.
 */
#include "boss.h"
#include "rows.h"

#include <neuron/abi.h>
#include <nexus/glue.h>
#include <nexus/syscall.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct series wake_ups;

/* --- the generated loop ------------------------------------------------------------------------ */

int bench_none(struct nexus_client client)
{
    (void)client;
    return 0;
}

int bench_four(struct nexus_client client, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
               uint64_t *e, uint64_t *f, uint64_t *g, uint64_t *h)
{
    (void)client;
    *e = a;
    *f = b;
    *g = c;
    *h = d;
    return 0;
}

int bench_ten(struct nexus_client client, const struct Ten *words, struct Ten *answer)
{
    (void)client;
    *answer = *words;
    return 0;
}

int bench_bytes256(struct nexus_client client, const void *data, size_t data_len, void *answer,
                   size_t *answer_len)
{
    (void)client;
    memcpy(answer, data, data_len);
    *answer_len = data_len;
    return 0;
}

int bench_bytes2k(struct nexus_client client, const void *data, size_t data_len, void *answer,
                  size_t *answer_len)
{
    return bench_bytes256(client, data, data_len, answer, answer_len);
}

int bench_report(struct nexus_client client)
{
    (void)client;
    rows_print();
    return 0;
}

void bench_poke(struct nexus_client client)
{
    (void)client;
}

/* --- by hand ----------------------------------------------------------------------------------- */

static void receive(struct neuron_reply_recv_out *in)
{
    struct neuron_recv_out out;

    while (neuron_recv(NEURON_FOREVER, &out) != NEURON_OK) {
    }
    *in = (struct neuron_reply_recv_out){out.tag, out.w0,    out.w1,   out.w2,
                                         out.w3,  out.badge, out.token};
}

/* Echoes any call, as a server of one method would, which keeps the message in registers. When it was notified, it looks
 * whether the next call is another. */
static void serve_echo(struct neuron_reply_recv_out *in)
{
    do {
        struct neuron_reply_recv_out now = *in;
        while (neuron_reply_recv(now.token, now.tag, now.w0, now.w1, now.w2, now.w3, NEURON_FOREVER,
                                 &now) == NEURON_OK) {
        }
        receive(in);
    } while (NEURON_TAG_LABEL(in->tag) == ECHO);
}

/* The same; notes when it is reached, and when the reply leaves. */
static void serve_one_way(struct neuron_reply_recv_out *in, struct board *board)
{
    while (NEURON_TAG_LABEL(in->tag) == ONE_WAY) {
        board->stamp = retired();
        int64_t status = neuron_reply_recv(in->token, in->tag, in->w0, in->w1, in->w2, in->w3,
                                           NEURON_FOREVER, in);
        board->elapsed = retired() - board->stamp;
        while (status != NEURON_OK) {
            struct neuron_recv_out out;
            status = neuron_recv(NEURON_FOREVER, &out);
            board->elapsed = retired() - board->stamp;
            *in = (struct neuron_reply_recv_out){out.tag, out.w0,    out.w1,   out.w2,
                                                 out.w3,  out.badge, out.token};
        }
    }
}

/* Sleeps while the driver, which is below, notes how far it came. */
static void serve_sleep(struct neuron_reply_recv_out *in, struct board *board)
{
    struct neuron_wait_out out;

    board->flag = 0;
    (void)neuron_reply(in->token, NEURON_TAG(0, 0, 0), 0, 0, 0, 0);
    (void)neuron_wait(0, in->w0, &out);
    uint64_t now = retired();
    rows_sample(&wake_ups, now - board->stamp);
    board->flag = 1;
    if (wake_ups.count == ROUNDS) {
        rows_end(&wake_ups, "timer.wake");
    }
    receive(in);
}

static void serve_by_hand(struct board *board)
{
    struct neuron_reply_recv_out in;

    receive(&in);
    for (;;) {
        switch (NEURON_TAG_LABEL(in.tag)) {
        case ECHO:
            serve_echo(&in);
            break;
        case ONE_WAY:
            serve_one_way(&in, board);
            break;
        case SLEEP:
            serve_sleep(&in, board);
            break;
        case SERVE:
            (void)neuron_reply(in.token, NEURON_TAG(0, 0, 0), 0, 0, 0, 0);
            return;
        default:
            abort();
        }
    }
}

/* --- start ------------------------------------------------------------------------------------- */

void start_task(uint32_t task)
{
    struct neuron_task_reset_step_out out;

    do {
        rows_check(neuron_task_reset_step(NEURON_SLOT_TASK, task, &out));
    } while (out.pages_left > 0);
    rows_check(neuron_task_start(NEURON_SLOT_TASK, task));
}

static const struct nexus_client *client_named(const char *name)
{
    for (uint32_t i = 0; i < nexus_client_count; i++) {
        if (strcmp(nexus_clients[i].client.name, name) == 0) {
            return &nexus_clients[i].client;
        }
    }
    abort();
}

/* Whether there is such a task, other than boss itself. */
static bool exists(uint32_t task)
{
    struct neuron_task_inspect_out out;

    return neuron_task_inspect(NEURON_SLOT_TASK, task, NEURON_INSPECT_STATE, 0, &out) == NEURON_OK;
}

int main(void)
{
    const struct nexus_client *driver = client_named("driver");
    const struct nexus_client *twin = client_named("twin");

    for (uint32_t task = 0; task < NEURON_TASKS_MAX; task++) {
        if (task != driver->task && task != twin->task && exists(task)) {
            start_task(task);
        }
    }
    rows_begin();
    measure_authority(twin->task, bench_board(*twin), driver->task);
    start_task(twin->task);
    start_task(driver->task);
    serve_by_hand(bench_board(*driver));
    nexus_serve();
}
