"""Seeded bugs, and the layers that catch them: mutants/*.toml has one entry for each.

usage: mutants.py run --build DIR [--few | --all] [NAME...]
       mutants.py table

`run` makes each change in a copy of the tree and runs the checks that its entry names; each has to fail,
and to pass without the change. --few: those of every proof run. --all: tries the cheap layers that an entry
does not name too, and fails if one of them catches it. NAME: a part of the bug's name. Writes
DIR/mutants.json. `table` prints docs/mutants.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from pathlib import Path

from mutant_checks import LAYERS, ROOT, Workshop

HERE = Path(__file__).resolve().parent
FIELDS = {"name", "file", "old", "new", "harm", "caught"}
HEAD = """# Seeded bugs

Made by `kernel/proof/mutants.py table` from `kernel/proof/mutants/*.toml`, which says what is changed; do
not edit.

Each bug is put into a copy of the tree, and every check named here then fails; without the bug it passes.
The checks stand in the order of their cost: the first is the cheapest that catches the bug. Those marked *
run with every `./nexus prove`, all of them with `./nexus soak`.

| bug | file | to a user it would mean | caught by |
| --- | --- | --- | --- |
"""


def load() -> list[dict]:
    """All bugs. An entry that is no bug, or whose place moved, ends the script."""
    bugs = []
    for path in sorted((HERE / "mutants").glob("*.toml")):
        bugs += tomllib.loads(path.read_text(encoding="utf-8"))["bug"]
    for bug in bugs:
        if set(bug) - {"few"} != FIELDS or not bug["caught"]:
            sys.exit(f"{bug.get('name', bug)}: the fields are {', '.join(sorted(FIELDS))}, and few")
        if (ROOT / bug["file"]).read_text(encoding="utf-8").count(bug["old"]) != 1:
            sys.exit(f"{bug['name']}: its old text is not there once in {bug['file']}")
        costs = [list(LAYERS).index(check.partition(".")[0]) for check in bug["caught"]]
        if costs != sorted(costs):
            sys.exit(f"{bug['name']}: checks are in the order {', '.join(LAYERS)}")
    if len({bug["name"] for bug in bugs}) != len(bugs):
        sys.exit("two bugs have one name")
    return bugs


def table(bugs: list[dict]) -> str:
    """The page for people."""
    rows = []
    for bug in sorted(bugs, key=lambda bug: bug["file"]):
        caught = ", ".join(f"`{check}`" for check in bug["caught"])
        mark = " *" if bug.get("few") else ""
        file = bug["file"].removeprefix("kernel/")
        rows.append(f"| {bug['name']}{mark} | `{file}` | {bug['harm']} | {caught} |\n")
    firsts = [bug["caught"][0].partition(".")[0] for bug in bugs]
    first = ", ".join(f"{firsts.count(layer)} by {layer}" for layer in LAYERS if layer in firsts)
    return HEAD + "".join(rows) + f"\n{len(bugs)} bugs. Caught first: {first}.\n"


def try_bug(shop: Workshop, bug: dict, thorough: bool) -> dict:
    """Puts the bug in and runs its checks. What came of it."""
    start = time.monotonic()
    wrong = [f"{check} fails without the bug" for check in bug["caught"] if shop.fails(check)]
    found = []
    with shop.changed(bug["file"], bug["old"], bug["new"]):
        caught = [check for check in bug["caught"] if shop.fails(check, bug["file"])]
        named = {check.partition(".")[0] for check in bug["caught"]}
        if thorough:
            found = [check for check in shop.others(bug["file"], named) if check]
    wrong += [f"{check} does not catch it" for check in bug["caught"] if check not in caught]
    wrong += [f"{check} catches it, and the entry does not say so" for check in found]
    seconds = round(time.monotonic() - start)
    print(f"{bug['name']}: {', '.join(caught + found) or 'nothing'} ({seconds} s)", flush=True)
    for complaint in wrong:
        print(f"error: {bug['name']}: {complaint}", flush=True)
    return {"name": bug["name"], "file": bug["file"], "caught": caught, "seconds": seconds, "wrong": wrong}


def run(bugs: list[dict], build: Path, thorough: bool) -> int:
    """Tries the bugs. The exit status."""
    shop = Workshop(build)
    results = [try_bug(shop, bug, thorough) for bug in bugs]
    (build / "mutants.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    bad = [result["name"] for result in results if result["wrong"]]
    print(f"mutants: {len(results) - len(bad)} of {len(results)} are caught by all that their entries name")
    return 1 if bad or not results else 0


def main() -> int:
    """Does what is asked for. Returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["run", "table"])
    parser.add_argument("--build", type=Path, default=ROOT / "build-proof" / "mutants")
    parser.add_argument("--few", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("names", nargs="*", default=[""])
    options = parser.parse_intermixed_args()
    bugs = load()
    if options.what == "table":
        print(table(bugs), end="")
        return 0
    chosen = [bug for bug in bugs if any(name in bug["name"] for name in options.names)]
    if options.few:
        chosen = [bug for bug in chosen if bug.get("few")]
    options.build.mkdir(parents=True, exist_ok=True)
    return run(chosen, options.build.resolve(), options.all)


if __name__ == "__main__":
    sys.exit(main())
