"""The verbs that only read the description: check, explain, report, graph, new."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add these verbs to the command line."""
    check = verbs.add_parser("check", help="check an assembly and all that it needs")
    check.add_argument("assembly", help="a name, or the path of an .assembly file")
    check.set_defaults(run=_check)

    explain = verbs.add_parser("explain", help="explain a diagnostic, with a wrong and a right example")
    explain.add_argument("code", nargs="?", help="such as NX301; without one: all codes")
    explain.set_defaults(run=_explain)

    report = verbs.add_parser(
        "report", help="print the whole system: tasks, slots, bits, connections, memory"
    )
    report.add_argument("assembly")
    report.add_argument(
        "--build", type=Path, help="folder with the linked components: adds sizes and addresses"
    )
    report.add_argument("-o", dest="output", type=Path, help="file to write (default: standard output)")
    report.set_defaults(run=_report)

    graph = verbs.add_parser("graph", help="draw the assembly")
    graph.add_argument("assembly")
    graph.add_argument("-o", dest="output", type=Path, required=True, help="an .svg, or .dot for the source")
    graph.set_defaults(run=_graph)

    new = verbs.add_parser("new", help="make a component that builds, boots and has a test")
    new.add_argument("what", choices=("component",))
    new.add_argument("name")
    new.set_defaults(run=_new)


def _load(options: argparse.Namespace):
    from .frontend import load

    system = load(options.root, options.assembly)
    _show_warnings(system, options)
    return system


def _show_warnings(system, options: argparse.Namespace) -> None:
    from .diagnostics import show

    if system.warnings:
        show(system.warnings, options.root, options.format)


def _check(options: argparse.Namespace) -> int:
    from .diagnostics import Failed, Printer
    from .frontend import load
    from .layout import lay_out

    try:
        system = load(options.root, options.assembly)
        lay_out(system)
    except Failed as failed:
        if options.format != "json":
            raise
        print(Printer(options.root).json(failed.diagnostics))
        return 1
    if options.format == "json":
        print(Printer(options.root).json(system.warnings))
        return 0
    _show_warnings(system, options)
    instances, connections = len(system.instances), len(system.connections)
    print(f"{system.name}: {_count(instances, 'instance')}, {_count(connections, 'connection')}, no errors")
    return 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _explain(options: argparse.Namespace) -> int:
    from . import catalogue

    if options.code is None:
        print(catalogue.overview(), end="")
        return 0
    text = catalogue.explain(options.code)
    if text is None:
        print(f"nexusgen: no diagnostic `{options.code}`; `nexusgen explain` lists them all", file=sys.stderr)
        return 2
    print(text, end="")
    return 0


def _report(options: argparse.Namespace) -> int:
    from .report import as_json, as_text, build_report

    system = _load(options)
    report = build_report(system, options.root, options.build)
    text = as_json(report) if options.format == "json" else as_text(report)
    if options.output:
        options.output.write_text(text)
    else:
        print(text, end="")
    return 0


def _graph(options: argparse.Namespace) -> int:
    from .graph import write_graph

    return write_graph(_load(options), options.root, options.output)


def _new(options: argparse.Namespace) -> int:
    from .new import new_component

    return new_component(options.root, options.name)
