/* Makes the others die, one after the other, and finds what they leave. */
#include "selftest.h"

#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/syscall.h>

int main(void)
{
    check_others_answer();
    test_logd();
    test_policyd();
    test_driver();
    test_without_policyd();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
