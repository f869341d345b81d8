/* What the generated loop would call: it does not run. */
#include "server.nexus.h"

int served_op(struct nexus_client client, uint64_t word)
{
    (void)client;
    (void)word;
    return 0;
}

void served_poke(struct nexus_client client)
{
    (void)client;
}

void served_nudge(struct nexus_client client)
{
    (void)client;
}

int asked_op(struct nexus_client client, uint64_t word)
{
    return served_op(client, word);
}
