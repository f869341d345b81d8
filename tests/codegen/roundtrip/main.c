/* Runs the parts of the round-trip test. */
#include "fake.h"
#include "parts.h"

int main(void)
{
    values();
    bounds();
    malformed_requests();
    malformed_replies();
    errors();
    events_and_dataports();
    interrupts();
    deferred();
    bulk();
    abandoned();
    puts("round trip: all parts passed");
    return 0;
}
