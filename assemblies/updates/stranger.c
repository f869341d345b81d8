/* May do nothing with boot control but look at it. */
#include "stranger.nexus.h"

#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/status.h>

int done_done(struct nexus_client client)
{
    static const uint8_t too_large[BOOT_STAGE_PACKAGE_MAX + 1];
    const uint8_t package[1] = {0};
    struct BootStatus status;

    (void)client;
    CHECK(boot_stage(package, sizeof(package)) == NEXUS_DENIED);
    CHECK(boot_switch_slot(1) == NEXUS_DENIED);
    CHECK(boot_health_ok() == NEXUS_DENIED);
    CHECK(boot_stage(too_large, sizeof(too_large)) == NEXUS_TOO_LONG); /* it was not even asked */
    CHECK(boot_status(&status) == 0);
    return 0;
}
