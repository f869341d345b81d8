; Discharges axioms.h over 64-bit vectors, one query for each axiom, under its name: every answer must be unsat.
(set-logic QF_BV)
