/* The end of a driver, between two steps of whatever it was doing. */
#include <nexus/serve.h>

void stab_stab(struct nexus_client client);

void stab_stab(struct nexus_client client)
{
    static volatile int *volatile nowhere;

    (void)client;
    *nowhere = 1; /* NOLINT(clang-analyzer-core.NullDereference): this is what it is for */
}
