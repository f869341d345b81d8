/*
 * Facts about bits that the provers of the kernel core are given, since they do not find them themselves. Each is
 * proved by a solver over bit vectors: the query of the same name in axioms.smt2.
 */
#ifndef PROOF_AXIOMS_H
#define PROOF_AXIOMS_H

#include "../core/types.h"

#endif
