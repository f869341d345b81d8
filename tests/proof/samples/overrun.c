/* The contract holds, but there is a run-time error. */
unsigned row[4];

/*@ assigns row[0 .. 3]; */
void overrun(unsigned i)
{
    row[i % 5] = 0;
}
