/* Provides memory, and is never started. */
#include "wall.nexus.h"

int main(void)
{
    return 0;
}
