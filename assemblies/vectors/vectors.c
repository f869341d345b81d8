/* Ed25519, SHA-512 and SHA-256 on the target. */
#include "vectors.nexus.h"

#include "answers.h"

#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/syscall.h>
#include <stdio.h>

int main(void)
{
    const char *wrong = wrong_answer();

    if (wrong != NULL) {
        printf("wrong: %s\n", wrong);
    }
    CHECK(wrong == NULL);
    promise_kept("crypto known answers");
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
