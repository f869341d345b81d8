/* Proved, with one trusted contract. */
#include "arch.h"

/*@ requires count <= 10;
    assigns \nothing;
    ensures sum: \result == 2 * count; */
unsigned twice(unsigned count)
{
    unsigned sum = 0;

    /*@ loop invariant i <= count && sum == 2 * i;
        loop assigns i, sum;
        loop variant count - i; */
    for (unsigned i = 0; i < count; i++) {
        sum = sum + 2;
    }
    return arch_sample() == 0 ? sum : 2 * count;
}
