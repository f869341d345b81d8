/* Dies again and again until init gives it up. */
#include "looper.nexus.h"

#include <stdlib.h>

int main(void)
{
    abort();
}
