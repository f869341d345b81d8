"""The verbs of the back end: stubs, sources, generate, symbols, plan, table, image.

Each handler takes the parsed arguments and returns the exit status; a wrong description ends with
diagnostics.Failed, which cli.py prints. Imports are inside the handlers: start-up must be short.
"""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from pathlib import Path


def _root(args: Namespace) -> Path:
    return Path(args.root).resolve()


def _load(args: Namespace):
    from .frontend import load

    return load(_root(args), args.assembly)


def _elf(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not name or not equals or not path:
        raise ArgumentTypeError(f"expected INSTANCE=FILE, not `{text}`")
    return name, Path(path)


def _stubs(args: Namespace) -> int:
    from .emit_stubs import generate

    generate(args.output)
    return 0


def _sources(args: Namespace) -> int:
    from .generate import sources

    sources(_load(args), args.output, _root(args))
    return 0


def _generate(args: Namespace) -> int:
    from .diagnostics import show
    from .generate import generate

    system = _load(args)
    # The one verb of a build that runs once for each change: whoever builds sees the warnings once.
    if system.warnings:
        show(system.warnings, _root(args), args.format)
    generate(system, args.output, _root(args), args.depfile)
    return 0


def _symbols(args: Namespace) -> int:
    from .symbols import write_symbols

    write_symbols(args.elf, args.output)
    return 0


def _plan(args: Namespace) -> int:
    from .table import write_linked_plan

    write_linked_plan(_load(args), dict(args.elf), args.output, _root(args))
    return 0


def _table(args: Namespace) -> int:
    from .table import write_table

    write_table(_load(args), dict(args.elf), args.output, _root(args))
    return 0


def _image(args: Namespace) -> int:
    from .image import write_image

    write_image(args.kernel, args.payload, args.output)
    return 0


def add_verbs(subparsers) -> None:
    """Add the verbs to the command line."""
    verb = subparsers.add_parser("stubs", help="write nexus/syscall.h")
    verb.add_argument("-o", dest="output", metavar="DIR", type=Path, required=True)
    verb.set_defaults(run=_stubs)

    verb = subparsers.add_parser("sources", help="write what CMake needs to know of an assembly")
    verb.add_argument("assembly", metavar="ASSEMBLY")
    verb.add_argument("-o", dest="output", metavar="FILE", type=Path, required=True)
    verb.set_defaults(run=_sources)

    verb = subparsers.add_parser("generate", help="write headers, glue, mocks and linker scripts")
    verb.add_argument("assembly", metavar="ASSEMBLY")
    verb.add_argument("-o", dest="output", metavar="DIR", type=Path, required=True)
    verb.add_argument("--depfile", metavar="FILE", type=Path)
    verb.set_defaults(run=_generate)

    verb = subparsers.add_parser("symbols", help="write the functions and lines of an ELF file for init")
    verb.add_argument("elf", metavar="ELF", type=Path)
    verb.add_argument("-o", dest="output", metavar="FILE", type=Path, required=True)
    verb.set_defaults(run=_symbols)

    for name, run, text, out in (
        ("plan", _plan, "write init's plan, with the addresses of the linked instances", "FILE"),
        ("table", _table, "write the system table and the payload", "DIR"),
    ):
        verb = subparsers.add_parser(name, help=text)
        verb.add_argument("assembly", metavar="ASSEMBLY")
        verb.add_argument("--elf", metavar="INSTANCE=FILE", type=_elf, action="append", default=[])
        verb.add_argument("-o", dest="output", metavar=out, type=Path, required=True)
        verb.set_defaults(run=run)

    verb = subparsers.add_parser("image", help="join the kernel and a payload to a bootable image")
    verb.add_argument("kernel", metavar="KERNEL.elf", type=Path)
    verb.add_argument("payload", metavar="PAYLOAD.bin", type=Path)
    verb.add_argument("-o", dest="output", metavar="FILE", type=Path, required=True)
    verb.set_defaults(run=_image)
