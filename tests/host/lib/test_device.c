/* What drivers of all devices share. */
#include "cmocka_all.h"

#include <neuron/status.h>
#include <nexus/device.h>
#include <nexus/host.h>
#include <stddef.h>

enum { SLOT = 5 };

static int64_t fake_ack(uint64_t slot, struct neuron_irq_ack_out *out)
{
    out->reasons = 3;
    return slot == SLOT ? NEURON_OK : NEURON_NOT_CLAIMED;
}

static void acknowledging_tells_the_reasons(void **state)
{
    uint32_t reasons = 0;
    (void)state;

    host_kernel.irq_ack = fake_ack;
    assert_int_equal(nexus_irq_ack(SLOT, &reasons), NEURON_OK);
    assert_int_equal(reasons, 3);
    assert_int_equal(nexus_irq_ack(SLOT, NULL), NEURON_OK);
    reasons = 9;
    assert_int_equal(nexus_irq_ack(SLOT + 1, &reasons), NEURON_NOT_CLAIMED);
    assert_int_equal(reasons, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledging_tells_the_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
