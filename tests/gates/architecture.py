"""The gate on who may include what.

kernel/core: its own headers, neuron/, the compiler's headers, the proof's axioms; never arch/.
components: public headers (neuron/, nexus/, sodium/), generated ones, their own, picolibc's; never the
kernel's or another component's, but for those of a component that theirs extends.
"""

from __future__ import annotations

import re
from pathlib import Path

from project import ROOT, files, finish

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
EXTENDS = re.compile(r"^component\s+\w+\s+extends\s+(\w+)", re.MULTILINE)
COMPILER = {"stdint.h", "stddef.h", "stdbool.h", "stdarg.h"}
LONGEST_FILE = 500


def includes(path: Path) -> list[tuple[int, str, str]]:
    """Line, bracket and name of every include of a file."""
    text = path.read_text()
    return [
        (text.count("\n", 0, match.start(2)) + 1, match.group(1), match.group(2))
        for match in INCLUDE.finditer(text)
    ]


def core_may(path: Path, bracket: str, name: str) -> bool:
    """Whether a file of kernel/core may include this."""
    if bracket == "<":
        return name in COMPILER or name.startswith("neuron/")
    return name == "../proof/axioms.h" or ("/" not in name and (path.parent / name).exists())


def arch_may(path: Path, bracket: str, name: str) -> bool:
    """Whether a file of kernel/arch may include this."""
    if bracket == "<":
        return name in COMPILER or name.startswith("neuron/")
    target = (path.parent / name).resolve()
    return target.exists() and target.is_relative_to(ROOT / "kernel")


def component_may(path: Path, bracket: str, name: str) -> bool:
    """Whether a file of components/ or assemblies/ may include this."""
    if bracket == "<":
        return "/" not in name or name.startswith(("neuron/", "nexus/", "sodium/", "sys/"))
    if name.endswith((".nexus.h", ".mock.h")) and "/" not in name:
        return True
    target = (path.parent / name).resolve()
    own = ROOT.joinpath(*path.relative_to(ROOT).parts[:2])
    if target.exists() and target.is_relative_to(own):
        return True
    return "/" not in name and any((ROOT / "components" / base / name).exists() for base in bases(own))


def bases(folder: Path) -> set[str]:
    """The components that those described in a folder extend."""
    texts = [path.read_text() for path in folder.glob("*.assembly")]
    return {base for text in texts for base in EXTENDS.findall(text)}


RULES = (
    ("kernel/core", core_may),
    ("kernel/arch", arch_may),
    ("kernel/include", core_may),
    ("components", component_may),
    ("assemblies", component_may),
)


def main() -> None:
    """Checks every C file that a rule is about, and the length of all."""
    complaints = []
    for under, may in RULES:
        for path in files(".c", ".h", under=under):
            for line, bracket, name in includes(path):
                if not may(path, bracket, name):
                    complaints.append(f"{path.relative_to(ROOT)}:{line}: may not include {name}")
    for path in files(".c", ".h", ".S", ".py", ".cmake", ".sh"):
        if "golden" in path.parts:
            continue  # generated
        count = len(path.read_text().splitlines())
        if count > LONGEST_FILE:
            complaints.append(f"{path.relative_to(ROOT)}: {count} lines, at most {LONGEST_FILE} are allowed")
    finish(complaints, "architecture")


if __name__ == "__main__":
    main()
