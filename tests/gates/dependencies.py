"""The gate on dependencies: ./nexus installs what docs/dependencies.md lists, Python imports only that."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from project import ROOT, files, finish

ALLOWED_MODULES = {"lark", "jinja2", "elftools"}


def installed() -> list[set[str]]:
    """The packages that ./nexus installs: for all that it does, and for the proofs."""
    text = (ROOT / "nexus").read_text()
    blocks = re.findall(r'^(?:proof_)?packages="\n(.*?)^"', text, re.MULTILINE | re.DOTALL)
    return [set(block.split()) for block in blocks]


def listed() -> list[set[str]]:
    """The packages in the tables of docs/dependencies.md, in the same order."""
    text = (ROOT / "docs/dependencies.md").read_text()
    tables = re.findall(r"^\| package \|.*\n(?:^\| .*\n)+", text, re.MULTILINE)
    return [set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) for table in tables]


def own_modules() -> set[str]:
    """Names that Python files of the project may be imported by."""
    paths = files(".py")
    return {path.stem for path in paths} | {path.parent.name for path in paths}


def imports(path: Path) -> list[tuple[int, str]]:
    """Line and top-level name of every absolute import."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name.split(".")[0]) for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.append((node.lineno, node.module.split(".")[0]))
    return found


def main() -> None:
    """Compares the lists and looks at every import."""
    complaints = []
    if len(installed()) != 2 or len(listed()) != 2:
        complaints.append("nexus or docs/dependencies.md: the two lists of packages were not found")
    for packages, rows in zip(installed(), listed()):
        complaints += [
            f"nexus installs {name}, docs/dependencies.md does not list it" for name in packages - rows
        ]
        complaints += [
            f"docs/dependencies.md lists {name}, nexus does not install it" for name in rows - packages
        ]
    allowed = ALLOWED_MODULES | own_modules() | set(sys.stdlib_module_names)
    for path in files(".py"):
        for line, name in imports(path):
            if name not in allowed:
                complaints.append(f"{path.relative_to(ROOT)}:{line}: {name} is not a listed dependency")
    finish(sorted(complaints), "dependencies")


if __name__ == "__main__":
    main()
