/* A guarded server where nobody can be asked: every call is refused, each time anew. */
#include "vault.nexus.h"

#include "fake.h"

enum { OPEN = 1, LABEL = 2, FRIEND = 1 };

int front_open(struct nexus_client client, uint32_t task, uint32_t *value)
{
    (void)client;
    *value = task;
    fake.handled++;
    return 0;
}

int front_label(struct nexus_client client, const char *text)
{
    (void)client;
    (void)text;
    fake.handled++;
    return 0;
}

int main(void)
{
    static const uint8_t message[] = {1, 0, 0, 0, 'a'};

    fake_reset();
    for (int i = 0; i < 2; i++) {
        CHECK_EQUAL(deliver(FRIEND, OPEN, NULL, 0, 5), NEXUS_UNDECIDED);
        CHECK_EQUAL(deliver(FRIEND, LABEL, message, sizeof(message), 0), NEXUS_UNDECIDED);
    }
    CHECK_EQUAL(fake.handled, 0);
    CHECK_EQUAL(fake.asked, 0);
    puts("guard: all parts passed");
    return 0;
}
