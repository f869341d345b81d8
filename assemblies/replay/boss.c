/* Init. Its list ends last: then it judges whether all made their calls, and in which order. */
#include "boss.nexus.h"

#include "play.h"

#include <neuron/abi.h>
#include <nexus/glue.h>
#include <nexus/syscall.h>
#include <stdio.h>

#define PLAYERS_MAX 16u

extern const uint64_t power_slot;
const uint64_t power_slot = POWER_SLOT;

static struct board own_board;

int post_op(struct nexus_client client, uint64_t word)
{
    (void)client;
    (void)word;
    return 0;
}

void post_poke(struct nexus_client client)
{
    (void)client;
}

int both_op(struct nexus_client client, uint64_t word)
{
    return post_op(client, word);
}

void both_poke(struct nexus_client client)
{
    (void)client;
}

void both_nudge(struct nexus_client client)
{
    (void)client;
}

int asked_op(struct nexus_client client, uint64_t word)
{
    return post_op(client, word);
}

static uint32_t find_boards(const struct board *boards[PLAYERS_MAX])
{
    uint32_t count = 1;

    boards[0] = &own_board;
    for (uint32_t c = 0; c < nexus_client_count; c++) {
        const struct board *board = post_board(nexus_clients[c].client);
        if (board != NULL && count < PLAYERS_MAX) {
            boards[count] = board;
            count++;
        }
    }
    return count;
}

/* The calls of all, in the order in which they were made: their turns count up. */
static void judge_order(const struct board *const boards[], uint32_t count, const struct step *last)
{
    uint64_t next[PLAYERS_MAX] = {0};

    for (uint64_t turn = 0; turn < last->in[0]; turn++) {
        uint32_t first = 0;
        uint64_t when = UINT64_MAX;
        for (uint32_t b = 0; b < count; b++) {
            if (next[b] < boards[b]->made && boards[b]->log[next[b]].when < when) {
                first = b;
                when = boards[b]->log[next[b]].when;
            }
        }
        if (when == UINT64_MAX) {
            disagree(last, "calls that were made", last->in[0], turn);
        }
        if (boards[first]->log[next[first]].turn != turn) {
            disagree(last, "whose turn it was", turn, boards[first]->log[next[first]].turn);
        }
        next[first]++;
    }
}

int main(void)
{
    const struct board *boards[PLAYERS_MAX];
    uint32_t count = find_boards(boards);
    uint64_t agree = 0;

    play(&own_board);
    const struct step *last = &steps[own_board.made];
    judge_order(boards, count, last);
    for (uint32_t b = 0; b < count; b++) {
        agree += boards[b]->agree;
    }
    if (agree != last->in[1]) {
        disagree(last, "results that agree", last->in[1], agree);
    }
    if (count != last->in[2]) {
        disagree(last, "tasks", last->in[2], count);
    }
    (void)printf("replay: %llu calls of %u tasks agree, %llu of them came back, seed %llu\n",
                 (unsigned long long)last->in[0], count, (unsigned long long)agree,
                 (unsigned long long)last->in[3]);
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
}
