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

int64_t neuron_cap_query(uint64_t slot, struct neuron_cap_query_out *out)
{
    *out = (struct neuron_cap_query_out){0};
    return host_kernel.cap_query != 0 ? host_kernel.cap_query(slot, out) : NEURON_BAD_CALL;
}

int64_t neuron_mmio_map(uint64_t slot, uint64_t va, uint64_t offset, uint64_t prot)
{
    return host_kernel.mmio_map != 0 ? host_kernel.mmio_map(slot, va, offset, prot)
                                     : NEURON_BAD_CALL;
}

int64_t neuron_irq_ack(uint64_t slot, struct neuron_irq_ack_out *out)
{
    *out = (struct neuron_irq_ack_out){0};
    return host_kernel.irq_ack != 0 ? host_kernel.irq_ack(slot, out) : NEURON_BAD_CALL;
}

int64_t neuron_dev_write(uint64_t slot, uint64_t reg, uint64_t value)
{
    return host_kernel.dev_write != 0 ? host_kernel.dev_write(slot, reg, value) : NEURON_BAD_CALL;
}

int64_t neuron_dev_queue(uint64_t slot, uint64_t queue, uint64_t size, uint64_t va)
{
    return host_kernel.dev_queue != 0 ? host_kernel.dev_queue(slot, queue, size, va)
                                      : NEURON_BAD_CALL;
}

int64_t neuron_dev_post(uint64_t slot, uint64_t queue, uint64_t head, uint64_t count, uint64_t kick)
{
    return host_kernel.dev_post != 0 ? host_kernel.dev_post(slot, queue, head, count, kick)
                                     : NEURON_BAD_CALL;
}
