/* The contract says what the function does not do. */

/*@ requires x < 10;
    assigns \nothing;
    ensures next: \result == x + 2; */
unsigned next(unsigned x)
{
    return x + 1;
}
