/* What a native test may steer: the clock, and what the kernel's calls answer. */
#ifndef NEXUS_HOST_H
#define NEXUS_HOST_H

#include <nexus/syscall.h>
#include <stdint.h>

/* The clock stands still until a test moves it; sleeping moves it to the deadline. */
void host_clock_set(uint64_t ticks);

/* What stands behind the calls of nexus/syscall.h; a call without a hook answers NEURON_BAD_CALL. */
struct host_kernel {
    int64_t (*recv)(uint64_t deadline, struct neuron_recv_out *out);
    int64_t (*reply_recv)(uint64_t token, uint64_t tag, const uint64_t words[4], uint64_t deadline,
                          struct neuron_reply_recv_out *out);
    int64_t (*peers_changed)(struct neuron_peers_changed_out *out);
    int64_t (*cap_query)(uint64_t slot, struct neuron_cap_query_out *out);
    int64_t (*mmio_map)(uint64_t slot, uint64_t va, uint64_t offset, uint64_t prot);
    int64_t (*irq_ack)(uint64_t slot, struct neuron_irq_ack_out *out);
    int64_t (*dev_write)(uint64_t slot, uint64_t reg, uint64_t value);
    int64_t (*dev_queue)(uint64_t slot, uint64_t queue, uint64_t size, uint64_t va);
    int64_t (*dev_post)(uint64_t slot, uint64_t queue, uint64_t head, uint64_t count,
                        uint64_t kick);
};

extern struct host_kernel host_kernel;

#endif
