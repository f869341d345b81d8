/* The door: counts who comes in. */
#include "door.nexus.h"

static uint32_t count;

static int enter(struct nexus_client client)
{
    (void)client;
    count++;
    return 0;
}

int door_silent(struct nexus_client client)
{
    return enter(client);
}

int door_nonsense(struct nexus_client client)
{
    return enter(client);
}

int door_crash(struct nexus_client client)
{
    return enter(client);
}

int door_open(struct nexus_client client)
{
    return enter(client);
}

int door_look(struct nexus_client client, uint32_t *entered)
{
    (void)client;
    *entered = count;
    return 0;
}
