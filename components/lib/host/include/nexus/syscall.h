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

int64_t neuron_recv(uint64_t deadline, struct neuron_recv_out *out);
int64_t neuron_reply_recv(uint64_t token, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2,
                          uint64_t w3, uint64_t deadline, struct neuron_reply_recv_out *out);
int64_t neuron_peers_changed(struct neuron_peers_changed_out *out);

#endif
