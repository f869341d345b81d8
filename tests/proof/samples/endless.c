/* A loop without a variant. */

/*@ assigns \nothing;
    ensures never: \false; */
void endless(void)
{
    /*@ loop assigns \nothing; */
    while (1) {
    }
}
