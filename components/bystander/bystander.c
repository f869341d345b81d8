/* Waits: every other instance for a message, the rest for a time that does not come. */
#include <neuron/abi.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdbool.h>

int main(void)
{
    static const char here; /* an address tells whose it is */
    const bool sleeps = ((uint64_t)&here - NEURON_USER_BASE) / NEURON_USER_SPAN % 2 != 0;

    for (;;) {
        struct neuron_recv_out out;
        (void)neuron_recv(sleeps ? nexus_now() + NEXUS_S(1000) : NEURON_FOREVER, &out);
    }
}
