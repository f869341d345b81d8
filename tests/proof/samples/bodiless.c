/* Relies on a contract that nobody proves and arch.h does not have. */

/*@ assigns \nothing;
    ensures small: \result < 10; */
unsigned oracle(void);

/*@ assigns \nothing;
    ensures small: \result < 10; */
unsigned ask(void)
{
    return oracle();
}
