/* The kernel's calls of a native test: each asks the hook that the test has set. */
#include <neuron/status.h>
#include <nexus/host.h>

struct host_kernel host_kernel;

int64_t neuron_recv(uint64_t deadline, struct neuron_recv_out *out)
{
    *out = (struct neuron_recv_out){0};
    return host_kernel.recv != 0 ? host_kernel.recv(deadline, out) : NEURON_BAD_CALL;
}

int64_t neuron_reply_recv(uint64_t token, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2,
                          uint64_t w3, uint64_t deadline, struct neuron_reply_recv_out *out)
{
    const uint64_t words[4] = {w0, w1, w2, w3};
    *out = (struct neuron_reply_recv_out){0};
    return host_kernel.reply_recv != 0 ? host_kernel.reply_recv(token, tag, words, deadline, out)
                                       : NEURON_BAD_CALL;
}

int64_t neuron_peers_changed(struct neuron_peers_changed_out *out)
{
    *out = (struct neuron_peers_changed_out){0};
    return host_kernel.peers_changed != 0 ? host_kernel.peers_changed(out) : NEURON_BAD_CALL;
}
