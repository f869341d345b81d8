/* The kernel's calls that portable library code makes, for native tests: each asks a hook (host.h). */
#ifndef NEXUS_SYSCALL_H
#define NEXUS_SYSCALL_H

#include <stdint.h>

struct neuron_recv_out {
    uint64_t tag, w0, w1, w2, w3, badge, token;
};

struct neuron_reply_recv_out {
    uint64_t tag, w0, w1, w2, w3, badge, token;
};

struct neuron_peers_changed_out {
    uint64_t tasks;
};

struct neuron_irq_ack_out {
    uint64_t reasons;
};

struct neuron_cap_query_out {
    uint64_t kind, rights, object, badge, base, bytes;
};

int64_t neuron_recv(uint64_t deadline, struct neuron_recv_out *out);
int64_t neuron_reply_recv(uint64_t token, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2,
                          uint64_t w3, uint64_t deadline, struct neuron_reply_recv_out *out);
int64_t neuron_peers_changed(struct neuron_peers_changed_out *out);
int64_t neuron_cap_query(uint64_t slot, struct neuron_cap_query_out *out);
int64_t neuron_mmio_map(uint64_t slot, uint64_t va, uint64_t offset, uint64_t prot);
int64_t neuron_irq_ack(uint64_t slot, struct neuron_irq_ack_out *out);
int64_t neuron_dev_write(uint64_t slot, uint64_t reg, uint64_t value);
int64_t neuron_dev_queue(uint64_t slot, uint64_t queue, uint64_t size, uint64_t va);
int64_t neuron_dev_post(uint64_t slot, uint64_t queue, uint64_t head, uint64_t count,
                        uint64_t kick);

#endif
