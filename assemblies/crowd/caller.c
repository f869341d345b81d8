/* A client of every member, for the moment when it dies. */
#include "schedule.h"

int main(void)
{
    nexus_sleep_until(middle(CLIENT));
    __builtin_trap();
}
