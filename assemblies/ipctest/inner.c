/* The innermost server: doubles the first word and fills the reply's bytes with its own pattern. */
#include "inner.nexus.h"

#include <neuron/abi.h>
#include <nexus/syscall.h>
#include <string.h>

extern char __nexus_in[];

int raw_op(struct nexus_client client, uint64_t word)
{
    (void)client;
    (void)word;
    return 0;
}

void raw_poke(struct nexus_client client)
{
    (void)client;
}

int main(void)
{
    struct neuron_recv_out in;
    int64_t status = neuron_recv(NEURON_FOREVER, &in);

    for (;;) {
        if (status == NEURON_OK) {
            struct neuron_reply_recv_out next;
            memset(__nexus_in, 'i', NEURON_MESSAGE_BYTES);
            status = neuron_reply_recv(in.token, NEURON_TAG(0, 1, NEURON_MESSAGE_BYTES), 2 * in.w0,
                                       0, 0, 0, NEURON_FOREVER, &next);
            in = (struct neuron_recv_out){next.tag, next.w0,    next.w1,   next.w2,
                                          next.w3,  next.badge, next.token};
        } else {
            status = neuron_recv(NEURON_FOREVER, &in);
        }
    }
}
