"""What the prover's output and the annotated sources say: pure functions, so that they can be tested.

WP proves what it is asked to. This part makes sure that it was asked everything: each function has a
contract, each loop a variant, and nothing is taken for granted but the axioms and the contracts of arch.h.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ANNOTATION = re.compile(r"/\*@.*?\*/|//@[^\n]*", re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
SCORE = re.compile(r"^\[wp\] Proved goals: +(\d+) / (\d+)$", re.MULTILINE)
UNPROVED_GOAL = re.compile(r"^\[wp\] \[(?:Failed|Timeout|Unknown|Stepout)\] Goal (\S+)", re.MULTILINE)
DOOMED = re.compile(r"^\[wp\] (\S+:\d+): Warning:\s*Failed smoke-test", re.MULTILINE)
# Messages begin at the line's start; what belongs to one is indented.
MESSAGE = re.compile(r"^\[[^\]\n]+\](?:(?!^\[).)*", re.MULTILINE | re.DOTALL)
SUSPICIOUS = re.compile(
    r"Warning|User Error|Failure|Plug-in .* aborted|unexpected|Degenerated", re.IGNORECASE
)
HYPOTHESES = "Memory model hypotheses for function '"
NO_GOAL = "No goal generated"
FUNCTION = re.compile(
    r"(?P<contract>/\*@(?:(?!\*/).)*\*/\s*)?"
    r"^(?P<head>[A-Za-z_][^;{}()=/]*\b(?P<name>\w+)\((?P<arguments>[^;{}]*?)\))\s*(?P<end>;|\n\{)",
    re.MULTILINE | re.DOTALL,
)
# How Frama-C prints a function that is kept out of others.
APART = re.compile(r"\( __attribute__\(\(__noinline__\)\) (\w+)\)\(")
# A function that is nothing but its contract, within `/*@ ghost ... */`.
GHOST = re.compile(
    r"/@(?P<contract>(?:(?!@/).)*)@/\s*(?:static |inline )*void (?P<name>\w+)\([^;{}]*?\)\s*(?P<end>;|\{)",
    re.DOTALL,
)
CLAUSE = re.compile(r"\b(?:requires|ensures|assigns|terminates|decreases|behavior|frees|allocates|exits)\b")


@dataclass
class Score:
    """What WP says of one file."""

    proved: int = 0
    goals: int = 0
    unproved: list[str] = field(default_factory=list)
    hypotheses: int = 0
    complaints: list[str] = field(default_factory=list)


def score(output: str) -> Score:
    """Reads WP's output. Whatever it warns of, but for its memory model, counts against the file."""
    result = Score(unproved=UNPROVED_GOAL.findall(output))
    for message in MESSAGE.findall(output):
        if HYPOTHESES in message:
            result.hypotheses += 1
        elif DOOMED.match(message):
            continue
        elif SUSPICIOUS.search(message) and "] Goal " not in message and NO_GOAL not in message:
            result.complaints.append(" ".join(message.split()))
    found = SCORE.search(output)
    if found:
        result.proved, result.goals = int(found.group(1)), int(found.group(2))
    elif NO_GOAL not in output:
        result.complaints.append("the prover gave no result")
    return result


def doomed(output: str) -> list[str]:
    """The places that a smoke test found never to be reached, so that anything was proved of them."""
    return sorted({place.rsplit("/", 1)[-1] for place in DOOMED.findall(output)})


@dataclass
class Function:
    """A function of a file in the normal form that `frama-c -print` gives."""

    contract: str
    body: str | None


def functions(normal: str) -> dict[str, Function]:
    """The functions that a file declares or defines; a definition hides the declarations before it."""
    result: dict[str, Function] = {}
    normal = APART.sub(r"\1(", normal)
    for match in sorted(
        [*FUNCTION.finditer(normal), *GHOST.finditer(normal)], key=lambda found: found.start()
    ):
        contract = " ".join((match.group("contract") or "").split())
        if not CLAUSE.search(contract):
            contract = ""
        body = None
        if match.group("end") != ";":
            body = normal[match.end() : normal.index("\n  }" if match.re is GHOST else "\n}", match.end())]
        known = result.get(match.group("name"))
        if known is None or body is not None or (known.body is None and contract):
            result[match.group("name")] = Function(contract, body)
    return result


def gaps(normal: str) -> list[str]:
    """What a file leaves out of its proof."""
    complaints = []
    for name, function in functions(normal).items():
        if function.body is None:
            continue
        if "assigns" not in function.contract:
            complaints.append(f"{name}() has no contract that says what it assigns")
        loops = len(re.findall(r"\bwhile \(", function.body))
        variants = len(re.findall(r"\bloop variant\b", function.body))
        if loops != variants:
            complaints.append(f"{name}() has {loops} loops and {variants} loop variants")
    if re.search(r"\badmit\b", normal):
        complaints.append("there is an `admit`")
    return complaints


def axioms(normal: str) -> set[str]:
    """The names of the axioms that a file sees, and of those logic functions that only axioms describe."""
    found = set(re.findall(r"\baxiom (\w+)", normal))
    for body in re.findall(r"\baxiomatic \w+ \{(.*?)\n *\}", normal, re.DOTALL):
        found |= set(
            re.findall(r"\b(?:logic|predicate)\b[^=;]*?\b(\w+)(?:\{[^}]*\})?(?:\([^=;]*\))? *;", body)
        )
    return found


def trusted(files: dict[str, str]) -> tuple[set[str], list[str]]:
    """From the normal forms of all files by name: the functions whose contracts nobody proves, and complaints
    about contracts that are proved in one form and relied upon in another."""
    parsed = {name: functions(normal) for name, normal in files.items()}
    defined: dict[str, set[str]] = {}
    for every in parsed.values():
        for name, function in every.items():
            if function.body is not None:
                defined.setdefault(name, set()).add(function.contract)
    bare, complaints = set(), []
    for file, every in parsed.items():
        for name, function in every.items():
            if function.body is not None or not function.contract:
                continue
            if name not in defined:
                bare.add(name)
            elif function.contract not in defined[name]:
                complaints.append(f"{file}: relies on a contract of {name}() that is not the one proved")
    return bare, complaints


def lines(text: str) -> tuple[int, int]:
    """Lines of specification and lines of code of a source."""
    specification = sum(
        len([line for line in note.splitlines() if line.strip(" */@")]) for note in ANNOTATION.findall(text)
    )
    code = COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)
    return specification, len([line for line in code.splitlines() if line.strip()])
