"""What the tests of the front end share: running nexusgen in this process, and where the fixtures are."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WRONG = HERE / "wrong"
VALID = HERE / "valid"
sys.path.insert(0, str(ROOT / "codegen"))

from nexusgen.cli import main  # noqa: E402


@dataclass
class Ran:
    """What a run of nexusgen left."""

    status: int
    out: str
    err: str


def nexusgen(*arguments: object) -> Ran:
    """Run the command line."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = stop.code
    return Ran(status, out.getvalue(), err.getvalue())
