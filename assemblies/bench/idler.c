/* Works below all others until it is interrupted, and says for how long it was. */
#include "idler.nexus.h"
#include "raw.h"
#include "rows.h"

#include <neuron/abi.h>
#include <nexus/glue.h>
#include <nexus/syscall.h>

enum { INTERRUPTED = 100 }; /* instructions: far more than a round of the loop */

static void work(struct board *board)
{
    uint64_t last = retired();
    uint64_t gap = 0;

    while (gap < INTERRUPTED) {
        uint64_t now = retired();
        board->stamp = now;
        gap = now - last;
        last = now;
    }
    board->elapsed = gap;
}

void work_begin(struct nexus_client client)
{
    work(work_board(client));
    work_interrupted(client);
}

int main(void)
{
    nexus_serve();
}
