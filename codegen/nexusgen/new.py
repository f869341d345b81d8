"""`nexusgen new component NAME`: files that build, boot and have a test that passes."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from .diagnostics import Sink
from .model import Place
from .names import check_name
from .syntax import Name

DESCRIPTION = """\
// An example of a component: it prints a few lines, one each period.
component @NAME@ {
    attribute u32 lines = 3;
    attribute u32 period_ms = 100;
    priority 100;
}
"""

SOURCE = """\
/* An example of a component: it prints a few lines, one each period. */
#include "@NAME@.nexus.h"

#include <nexus/time.h>
#include <stdio.h>

int main(void)
{
    struct nexus_period period = nexus_period_start(NEXUS_MS(period_ms));

    for (uint32_t line = 1; line <= lines; line++) {
        printf("line %u of %u\\n", (unsigned)line, (unsigned)lines);
        (void)nexus_periodic(&period);
    }
    return 0;
}
"""

README = """\
@NAME@: an example of a component. It prints a few lines, one each period.
"""

ASSEMBLY = """\
// The least system around the component @NAME@.
assembly @NAME@ {
    component @NAME@ @NAME@;
}
"""

TEST = """\
/* The @NAME@: it prints as many lines as it is told, and rests after each. */
#include "@NAME@.mock.h"

#include "cmocka_all.h"
#include "component_main.h"

#include <nexus/host.h>
#include <nexus/time.h>

static int reset(void **state)
{
    (void)state;
    host_clock_set(0);
    @NAME@_mock_reset();
    return 0;
}

static void rests_one_period_after_each_line(void **state)
{
    (void)state;
    @NAME@_mock_lines = 5;
    assert_int_equal(component_main(), 0);
    assert_int_equal(nexus_now(), 5 * NEXUS_MS(@NAME@_mock_period_ms));
}

static void ends_at_once_without_lines(void **state)
{
    (void)state;
    @NAME@_mock_lines = 0;
    assert_int_equal(component_main(), 0);
    assert_int_equal(nexus_now(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rests_one_period_after_each_line, reset),
        cmocka_unit_test_setup(ends_at_once_without_lines, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
"""

NEXT = """\
What to do next:
  ninja -C build qemu-@NAME@                   boot it; Ctrl-A x ends it
  ./nexus test -R @NAME@                       run its test
  edit components/@NAME@/@NAME@.assembly    what it provides and uses: docs/assembly-language.md
To make it part of the default system, add to assemblies/nexus.assembly:
  component @NAME@ @NAME@;
"""


def new_component(root: Path, name: str) -> int:
    """Write the files; nothing that exists is touched, but the list of assemblies gets a line."""
    wrong = _wrong_name(name, root)
    if wrong:
        print(f"nexusgen: {wrong}", file=sys.stderr)
        return 2
    files = {
        root / "components" / name / f"{name}.assembly": DESCRIPTION,
        root / "components" / name / f"{name}.c": SOURCE,
        root / "components" / name / "README.md": README,
        root / "assemblies" / f"{name}.assembly": ASSEMBLY,
        root / "tests" / "host" / "components" / f"test_{name}.c": TEST,
    }
    taken = [
        path for path in (root / "components" / name, root / "assemblies" / name, *files) if path.exists()
    ]
    if taken:
        print(f"nexusgen: {taken[0].relative_to(root)} exists already; choose another name", file=sys.stderr)
        return 1
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@NAME@", name))
        print(f"wrote {path.relative_to(root)}")
    _list_assembly(root, name)
    print("\n" + NEXT.replace("@NAME@", name), end="")
    return 0


def _wrong_name(name: str, root: Path) -> str | None:
    """What is wrong with the name, as one line."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return f"`{name[:60]}` cannot be a name: lower-case letters, digits and `_`, a letter first"
    sink = Sink()
    check_name(Name(name, Place(root, 1, 1)), sink)
    return sink.all()[0].text if sink.failed else None


def _list_assembly(root: Path, name: str) -> None:
    """assemblies/CMakeLists.txt says which systems are built."""
    path = root / "assemblies" / "CMakeLists.txt"
    text = path.read_text() if path.exists() else ""
    line = f"nexus_assembly({name})\n"
    if line not in text:
        path.write_text(text + line)
        print(f"added {line.strip()} to {path.relative_to(root)}")
