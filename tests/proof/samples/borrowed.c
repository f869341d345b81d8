/* Relies on a contract of right.c that is stronger than the proved one. */

/*@ assigns \nothing;
    ensures none: \result == 0; */
unsigned twice(unsigned count);

/*@ assigns \nothing;
    ensures none: \result == 0; */
unsigned borrow(void)
{
    return twice(3);
}
