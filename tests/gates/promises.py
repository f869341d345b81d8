"""The gate on promises: every `SELFTEST: ... ok` line that a component prints is waited for by a test.

A check whose line nobody waits for could be left out without anybody noticing.
"""

from __future__ import annotations

import re

from project import ROOT, files, finish

PRINTED = (
    re.compile(r'promise_kept\(\s*"([^"]+)"\s*\)'),
    re.compile(r'nexus_log_about\(\s*"SELFTEST",\s*"([^"]+?) ok"\s*\)'),
)
QEMU = ROOT / "tests" / "qemu"
TESTS = (QEMU / "CMakeLists.txt", QEMU / "state.py")


def main() -> None:
    """Looks for every promise, in quotes of its own or as a whole line, in the lists of tests."""
    awaited = "".join(path.read_text() for path in TESTS)
    complaints, count = [], 0
    for path in files(".c", under="assemblies"):
        for pattern in PRINTED:
            for promise in pattern.findall(path.read_text()):
                count += 1
                if f'"{promise}"' not in awaited and f"SELFTEST: {promise} ok" not in awaited:
                    complaints.append(f"{path.relative_to(ROOT)}: no test waits for `{promise}`")
    if count == 0:
        complaints.append("no promise was found: the pattern has become wrong")
    print(f"{count} promises")
    finish(complaints, "promises")


if __name__ == "__main__":
    main()
