"""The catalogue of diagnostics: what `nexusgen explain` prints. The entries are in catalogue.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from .diagnostics import did_you_mean

GROUPS = {
    "1": "files, syntax and names",
    "2": "types, interfaces and numbers",
    "3": "components",
    "4": "assemblies and connections",
    "5": "devices",
    "6": "the policy file",
    "7": "warnings",
    "8": "what does not fit into the system",
}


@cache
def entries() -> dict[str, dict[str, str]]:
    """All entries by code: title, why, and either wrong and right or nothing."""
    with (Path(__file__).parent / "catalogue.toml").open("rb") as file:
        return dict(sorted(tomllib.load(file).items()))


def overview() -> str:
    """One line for each code."""
    lines: list[str] = []
    group = ""
    for code, entry in entries().items():
        if code[2] != group:
            group = code[2]
            lines += [""] * bool(lines) + [f"{GROUPS.get(group, 'others')}:"]
        lines.append(f"  {code}  {entry['title']}")
    return "\n".join(lines) + "\n"


def explain(code: str) -> str | None:
    """The explanation of a code, however it is written (NX301, nx301, 301); None if there is none."""
    wanted = code.upper() if code.upper().startswith("NX") else f"NX{code}"
    entry = entries().get(wanted)
    if entry is None:
        return None
    lines = [f"{wanted}: {entry['title']}", "", entry["why"].strip()]
    for kind in ("wrong", "right"):
        if kind in entry:
            lines += ["", f"{kind.capitalize()}:", ""]
            lines += [f"    {line}".rstrip() for line in entry[kind].strip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def near(code: str) -> str | None:
    """The code that was probably meant."""
    return did_you_mean(code.upper(), entries())
