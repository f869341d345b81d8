/* One of those whom init starts, stops and starts again. */
#include "puppet.nexus.h"

#include "play.h"

extern const uint64_t power_slot;
const uint64_t power_slot = POWER_SLOT;

void told_poke(struct nexus_client client)
{
    (void)client;
}

void both_done(void)
{
}

int main(void)
{
    struct board *board = post_board();

    play(board);
    disagree(&steps[board->made], "it runs after its last call", 0, board->made);
}
