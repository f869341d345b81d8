(* The model as an OCaml program: numbers become native integers of 63 bits (the oracle keeps them below). *)
Require Import Model.
From Coq Require Import Extraction ExtrOcamlBasic ExtrOcamlNatInt ExtrOcamlZInt NArith.
Extract Constant N.eqb => "(fun a b -> (a : int) = b)".
Extract Constant N.ltb => "(fun a b -> (a : int) < b)".
Extract Constant N.leb => "(fun a b -> (a : int) <= b)".
Extract Constant N.land => "(land)".
Extract Constant N.lor => "(lor)".
Extract Constant N.ldiff => "(fun a b -> a land (lnot b))".
Extract Constant N.odd => "(fun a -> a land 1 = 1)".
Extract Constant N.div => "(fun a b -> if b = 0 then 0 else a / b)".
Extract Constant N.modulo => "(fun a b -> if b = 0 then a else a mod b)".
Extract Constant N.pow => "(fun a b -> let rec go r n = if n = 0 then r else go (r * a) (n - 1) in go 1 b)".
Extract Constant N.eq_dec => "(fun a b -> (a : int) = b)".
Extract Constant N.to_nat => "(fun a -> a)".
Extract Constant N.of_nat => "(fun a -> a)".
Extraction Language OCaml.
Extraction "model.ml" valid boot step syscall can_run fixed_map translate entry code life_code kind_code page_word.
