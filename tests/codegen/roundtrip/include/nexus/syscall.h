/* The kernel's calls that glue makes, for the round-trip test: fake.c answers them. */
#ifndef NEXUS_SYSCALL_H
#define NEXUS_SYSCALL_H

#include <stdint.h>

struct neuron_call_out {
    uint64_t tag, w0, w1, w2, w3;
};

int64_t neuron_call(uint64_t slot, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3,
                    uint64_t deadline, struct neuron_call_out *out);
int64_t neuron_reply(uint64_t token, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2,
                     uint64_t w3);
int64_t neuron_notify(uint64_t slot, uint64_t bits);

#endif
