/* The driver's equal: yields while the driver says so. When boss says so, it faults as soon as it runs. */
#include "raw.h"
#include "twin.nexus.h"

#include <neuron/abi.h>
#include <nexus/glue.h>
#include <nexus/syscall.h>

static struct board *drivers_board;

void turns_run(struct nexus_client client)
{
    (void)client;
}

static void fault_now(void)
{
    uint64_t word;

    __asm__ volatile("rdinstret %0\n\tld %0, 0(%0)" : "=r"(word) : : "memory");
}

int main(void)
{
    const struct board *from_boss = bench_board();

    if (from_boss->flag != 0) {
        fault_now();
    }
    drivers_board = turns_board(nexus_clients[0].client);
    for (;;) {
        struct neuron_recv_out out;
        (void)neuron_recv(NEURON_FOREVER, &out);
        while (drivers_board->flag != 0) {
            (void)neuron_yield();
        }
    }
}
