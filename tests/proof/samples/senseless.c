/* Proved, since it can never be called: only a smoke test finds that. */

/*@ requires x < 3 && x > 5;
    assigns \nothing;
    ensures both: \result < 3 && \result > 5; */
unsigned senseless(unsigned x)
{
    return x;
}
