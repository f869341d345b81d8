/* A function without a contract. */
unsigned row[4];

void bare(void)
{
    row[0] = 1;
}
