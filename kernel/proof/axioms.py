"""Discharges the axioms: each one of axioms.h has a query of its name in axioms.smt2, which must be unsat.

A query is: (push) (echo "NAME") ... (check-sat) (pop).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import judge

HERE = Path(__file__).resolve().parent


def answers(solver: list[str], queries: str) -> dict[str, str]:
    """What a solver answers to each query by name."""
    result = subprocess.run(
        solver,
        input=queries,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return dict(re.findall(r'^"?(\w+)"?\n(\w+)$', result.stdout, re.MULTILINE))


def complaints(header: str, queries: str) -> list[str]:
    """What is wrong with the axioms of a header, given the queries that should discharge them."""
    names = judge.axioms(header)
    found = answers(["z3", "-in"], queries)
    wrong = [f"axiom {name} has no query" for name in sorted(names - found.keys())]
    wrong += [f"query {name} belongs to no axiom" for name in sorted(found.keys() - names)]
    wrong += [f"query {name}: {answer}" for name, answer in sorted(found.items()) if answer != "unsat"]
    if re.sub(r";[^\n]*", "", queries).count("(check-sat)") != len(found):
        wrong.append("a query has no name, or one that another has")
    return wrong


def main() -> None:
    """Compares axioms.h with axioms.smt2."""
    header = (HERE / "axioms.h").read_text()
    wrong = complaints(header, (HERE / "axioms.smt2").read_text())
    for text in wrong:
        print(f"error: {text}")
    print(f"{len(judge.axioms(header))} axioms")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
