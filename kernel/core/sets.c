/* Proofs of facts about sets. Nothing of this is in the kernel. */
#include "sets.h"

#include "../proof/axioms.h"

/*@ ghost
    /@ requires top: rest == (bits >> 63);
       assigns \nothing;
       ensures none: rest / 2 == 0;
    @/
    static void last_bit(u64 bits, u64 rest)
    {
      u64 a = bits >> 32;
      //@ assert a: a < 4294967296;
      u64 b = a >> 16;
      //@ assert b: b < 65536 && b == (bits >> 48);
      u64 c = b >> 8;
      //@ assert c: c < 256 && c == (bits >> 56);
      u64 d = c >> 4;
      //@ assert d: d < 16 && d == (bits >> 60);
      u64 e = d >> 2;
      //@ assert e: e < 4 && e == (bits >> 62);
      //@ assert f: (e >> 1) == (bits >> 63) && (e >> 1) < 2;
    }
*/
/*@ ghost
    /@ requires rest: t < 64 && halved(bits, t, rest);
       assigns \nothing;
       ensures next: halved(bits, t + 1, rest / 2);
    @/
    static void halve(u64 bits, u32 t, u64 rest)
    {
      if (t == 63) {
        last_bit(bits, rest);
      } else {
        //@ assert half: rest / 2 == (rest >> 1);
        //@ assert twice: ((bits >> t) >> 1) == (bits >> (t + 1));
      }
    }
*/
/*@ ghost
    /@ requires rest: t <= 64 && halved(bits, t, 0);
       assigns \nothing;
       ensures none: none_from_on(bits, t);
    @/
    static void no_bit(u64 bits, u32 t)
    {
      u32 n = t;
      /@ loop invariant bound: t <= n <= 64 && halved(bits, n, 0);
         loop invariant none: \forall integer i; t <= i < n ==> (bits >> i) == 0;
         loop assigns n;
         loop variant 64 - n; @/
      while (n < 64) {
        halve(bits, n, 0);
        n = n + 1;
      }
    }
*/
/*@ ghost
    /@ assigns \nothing;
       ensures rest: rest_of(bits, 0, bits);
    @/
    void first_bit(u64 bits)
    {
      if (bits == 0) {
        no_bit(bits, 0);
      }
    }
*/
/*@ ghost
    /@ requires rest: t < 64 && rest_of(bits, t, rest);
       assigns \nothing;
       ensures next: rest_of(bits, (u32)(t + 1), (u64)(rest / 2));
    @/
    void next_bit(u64 bits, u32 t, u64 rest)
    {
      halve(bits, t, rest);
      if (rest / 2 == 0) {
        no_bit(bits, t + 1);
      }
    }
*/
