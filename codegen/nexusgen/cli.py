"""The command line: verbs, the common options, exit statuses, and no traceback ever.

Exit status: 0 done, 1 the description is wrong, 2 wrong usage, 3 an error of nexusgen itself.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from pathlib import Path

from .diagnostics import Failed, show

OK, WRONG, USAGE, INTERNAL = 0, 1, 2, 3


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return its exit status."""
    options = None
    try:
        options = _parser().parse_args(arguments)
        options.root = Path(options.root).resolve() if options.root else _find_root()
        return options.run(options) or OK
    except Failed as failed:
        show(failed.diagnostics, options.root, options.format)
        return WRONG
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"nexusgen: error: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return WRONG
    except ModuleNotFoundError as error:
        print(f"nexusgen: Python module `{error.name}` is missing; `./nexus` installs it", file=sys.stderr)
        return INTERNAL
    except Exception as error:  # the last line of defence
        _explain_internal_error(error)
        return INTERNAL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nexusgen",
        description="Checks .assembly files and generates what a Nexus image needs from them.",
    )
    _common(parser, None, "text")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    from . import cli_back, cli_front

    cli_front.add_verbs(verbs)
    cli_back.add_verbs(verbs)
    for verb in verbs.choices.values():
        _common(verb, argparse.SUPPRESS, argparse.SUPPRESS)
    return parser


def _common(parser: argparse.ArgumentParser, root, format_) -> None:
    """The common options are accepted before and after the verb."""
    parser.add_argument("--root", default=root, help="the project (default: found upward from here)")
    if not any("--format" in action.option_strings for action in parser._actions):
        parser.add_argument(
            "--format", choices=("text", "json"), default=format_, help="of results and diagnostics"
        )


def _find_root() -> Path:
    """The nearest folder upward that holds components/ and assemblies/; else the one of this program."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "components").is_dir() and (folder / "assemblies").is_dir():
            return folder
    return Path(__file__).resolve().parents[2]


def _explain_internal_error(error: Exception) -> None:
    where = traceback.extract_tb(error.__traceback__)[-1]
    print(
        f"nexusgen: internal error: {type(error).__name__}: {str(error)[:300]}\n"
        f"  in {where.name}, {Path(where.filename).name} line {where.lineno}\n"
        "  This is a fault of nexusgen, not of your description. Please report it with this text and your\n"
        "  .assembly files. NEXUSGEN_TRACEBACK=1 shows more.",
        file=sys.stderr,
    )
    if os.environ.get("NEXUSGEN_TRACEBACK"):
        traceback.print_exception(error)
