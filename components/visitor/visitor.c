/* An example of a client: it asks to be greeted a few times, then rests. */
#include "visitor.nexus.h"

#include <nexus/log.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <stdio.h>

int main(void)
{
    char text[65];
    struct nexus_period period = nexus_period_start(NEXUS_MS(period_ms));

    for (uint32_t visit = 0; visit < visits; visit++) {
        int result = greeting_greet("visitor", text);
        if (result != 0) {
            LOG_ERROR("greet: %s", nexus_strerror(result));
            return 1;
        }
        printf("%s\n", text);
        (void)nexus_periodic(&period);
    }
    printf("done\n");
    return 0;
}
