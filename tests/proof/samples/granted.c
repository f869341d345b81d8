/* Takes for granted what it should prove. */

/*@ axiomatic wish {
      axiom wish: \forall integer x; x < 10;
    } */

/*@ assigns \nothing;
    ensures small: \result < 10; */
unsigned same(unsigned x)
{
    return x;
}
