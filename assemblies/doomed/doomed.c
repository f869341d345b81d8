/* An init that faults. */
#include "doomed.nexus.h"

#include <stdio.h>

int main(void)
{
    static volatile int *volatile nowhere;

    printf("about to fault\n");
    *nowhere = 1; /* NOLINT(clang-analyzer-core.NullDereference): this is what it is for */
    return 0;
}
