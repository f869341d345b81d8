"""The report: the whole system for people (stable text) and for programs (JSON, see docs/report.md)."""

from __future__ import annotations

import json
from pathlib import Path

from . import abi
from .diagnostics import shown_path
from .layout import Layout, Link, TaskLayout, lay_out
from .layout_devices import ArenaPlace, arena
from .model import Device, Place, System, Window
from .numbers import show_duration, show_size
from .wire import directions

SCHEMA = 1  # raised when a field changes its meaning or goes away


def build_report(system: System, root: Path, build: Path | None) -> dict:
    """Everything that is known; with `build`, a folder of INSTANCE.elf files, what linking decided too."""
    layout = lay_out(system)
    report = {
        "schema": SCHEMA,
        "assembly": system.name,
        "platform": {
            "name": system.platform.name,
            "ram_bytes": system.platform.ram_bytes,
            "windows": [_window(window) for window in system.platform.windows],
        },
        "policy": system.policy,
        "init": system.init.name,
        "files": [shown_path(path, root) for path in system.files],
        "tasks": [_task(layout, task, root) for task in layout.tasks],
        "connections": [_connection(layout, link, root) for link in layout.links],
        "table": None,
    }
    if build is not None:
        from .linked import link
        from .table import description

        elfs = {task.name: build / f"{task.name}.elf" for task in layout.tasks}
        report["table"] = description(link(layout, elfs))
    return report


def as_json(report: dict) -> str:
    """The report as JSON, in a fixed order."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _place(place: Place, root: Path) -> str:
    return f"{shown_path(place.file, root)}:{place.line}"


def _window(window: Window) -> dict:
    return {
        "base": window.base,
        "bytes": window.bytes,
        "irq": window.irq,
        "transport": window.transport,
        "class": window.device_class,
    }


def _device(device: Device, place: ArenaPlace) -> dict:
    return {
        "name": device.name,
        "class": device.device_class,
        "index": device.index,
        "irq": device.irq,
        "dma_bytes": device.dma,
        "trusted": device.trusted,
        "policy": device.policy,
        "page": place.page,
        "queue_page": place.queue_page,
    }


def _task(layout: Layout, task: TaskLayout, root: Path) -> dict:
    instance, component = task.instance, task.instance.component
    places, _ = arena(layout.system, component)
    return {
        "index": task.index,
        "name": task.name,
        "component": component.name,
        "extends": component.base.name if component.base else None,
        "place": _place(instance.place, root),
        "sources": [shown_path(path, root) for path in component.sources],
        "priority": None if task.index == layout.init else instance.priority,
        "level": task.level,
        "restart": {
            "policy": instance.restart.policy,
            "limit": instance.restart.limit,
            "period_ns": instance.restart.period,
        },
        "run_limit_ns": component.run_limit or None,
        "ready_within_ns": component.ready_within,
        "power": component.power,
        "attributes": instance.attributes,
        "stack_bytes": instance.stack,
        "heap_bytes": instance.heap,
        "devices": [_device(device, places[device.name]) for device in component.devices],
        "addresses": {
            "base": task.base,
            "arena_pages": task.arena_pages,
            "stack_start": task.stack_start,
            "stack_end": task.stack_end,
            "image_start": task.image_start,
        },
        "dma": [{"device": area.device, "va": area.va, "pages": area.pages} for area in task.dma],
        "slots": [
            {
                "number": slot.number,
                "name": slot.name,
                "kind": slot.kind,
                "rights": list(slot.rights),
                "object": slot.object,
                "badge": slot.badge,
                "bits": slot.bits,
                "base": slot.base,
                "bytes": slot.bytes,
                "runtime": slot.runtime,
                "memory": slot.memory,
            }
            for slot in task.slots
        ],
        "bits": [{"number": bit.number, "name": bit.name} for bit in task.bits],
    }


def _connection(layout: Layout, link: Link, root: Path) -> dict:
    interface = link.provides.interface
    return {
        "index": link.index,
        "client": layout.tasks[link.client].name,
        "uses": link.uses.name,
        "server": layout.tasks[link.server].name,
        "provides": link.provides.name,
        "interface": interface.name,
        "place": _place(link.connection.place, root),
        "implicit": link.connection.implicit,
        "badge": link.badge,
        "client_slot": link.client_slot,
        "server_slot": link.server_slot,
        "methods": [
            {
                "number": method.number,
                "name": method.name,
                "requires": method.requires,
                "request": {"way": request.way, "most_bytes": request.most},
                "reply": {"way": reply.way, "most_bytes": reply.most},
            }
            for method in interface.methods
            for request, reply in [directions(method)]
        ],
        "errors": list(interface.errors),
        "events_in": link.in_bits,
        "events_out": link.out_bits,
        "memory": [
            {
                "name": region.name,
                "bytes": region.bytes,
                "pages": region.pages,
                "owner": layout.tasks[region.owner].name,
                "client": {"va": region.client_va, "prot": region.client_prot},
                "server": {"va": region.server_va, "prot": region.server_prot},
                "dma_slot": region.dma_slot,
            }
            for region in link.regions
        ],
    }


# --- text --------------------------------------------------------------------------------------------


def as_text(report: dict) -> str:
    """The report for people and diffs: every row on one line, nothing that changes from run to run."""
    platform = report["platform"]
    lines = [
        f"assembly {report['assembly']} for {platform['name']}, {show_size(platform['ram_bytes'])} of RAM",
        f"{len(report['tasks'])} tasks, {len(report['connections'])} connections",
        f"policy {report['policy'] or 'none'}, init {report['init']}",
        "",
        "files",
        *(f"  {file}" for file in report["files"]),
        "",
        "tasks, the most urgent first",
    ]
    tasks = sorted(report["tasks"], key=lambda task: (-task["level"], task["index"]))
    lines += _columns([_task_cells(task) for task in tasks])
    for task in report["tasks"]:
        what = task["component"] + (f" extends {task['extends']}" if task["extends"] else "")
        lines += ["", f"task {task['index']} {task['name']} ({what}, {task['place']})"]
        lines += _task_lines(task)
    for connection in report["connections"]:
        lines += ["", *_connection_lines(connection)]
    lines += ["", "device windows", *_columns([_window_cells(window) for window in platform["windows"]])]
    if report["table"] is not None:
        from .table import as_text as table_text

        lines += ["", "the table after linking", "", table_text(report["table"]).rstrip("\n")]
    return "\n".join(lines) + "\n"


def _columns(rows: list[list[str]]) -> list[str]:
    """Cells below each other."""
    if not rows:
        return ["  none"]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return ["  " + "  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in rows]


def _task_cells(task: dict) -> list[str]:
    return [
        f"level {task['level']}",
        task["name"],
        "above all" if task["priority"] is None else f"priority {task['priority']}",
        f"stack {show_size(task['stack_bytes'])}",
        f"heap {show_size(task['heap_bytes'])}",
    ]


def _task_lines(task: dict) -> list[str]:
    restart = task["restart"]
    limit = f" limit {restart['limit']} per {show_duration(restart['period_ns'])}"
    run_limit = show_duration(task["run_limit_ns"]) if task["run_limit_ns"] else "none"
    addresses = task["addresses"]
    lines = [
        f"  restart {restart['policy']}{'' if restart['policy'] == 'never' else limit}, "
        f"run_limit {run_limit}, "
        f"ready_within {show_duration(task['ready_within_ns'])}{', power' if task['power'] else ''}",
        f"  addresses {addresses['base']:#x}, image from {addresses['image_start']:#x}, "
        f"stack {addresses['stack_start']:#x} to {addresses['stack_end']:#x}",
    ]
    lines += [f"  attribute {name} = {json.dumps(value)}" for name, value in task["attributes"].items()]
    lines += [f"  device {_device_words(device)}" for device in task["devices"]]
    lines += [
        f"  memory dma {area['device']}: {show_size(area['pages'] * abi.load()['PAGE'])} at {area['va']:#x}"
        for area in task["dma"]
    ]
    lines += [f"  slot {slot['number']:2} {_slot_words(slot)}" for slot in task["slots"]]
    lines += [f"  bit {bit['number']:3} {bit['name']}" for bit in task["bits"]]
    return lines


def _device_words(device: dict) -> str:
    index = "" if device["index"] is None else f"[{device['index']}]"
    words = [f"{device['class']}{index} {device['name']}"]
    words += ["irq"] * device["irq"]
    words += [f"dma {show_size(device['dma_bytes'])}"] * bool(device["dma_bytes"])
    words += ["trusted"] * device["trusted"]
    words += [f"policy {device['policy']}"] * bool(device["policy"])
    words += [f"arena page {device['page']}"]
    words += [f"queues from page {device['queue_page']}"] * (device["queue_page"] is not None)
    return ", ".join(words)


def _slot_words(slot: dict) -> str:
    words = [f"{slot['name']}: {slot['kind']}"]
    words += ["+".join(slot["rights"])] * bool(slot["rights"])
    words += [f"task {slot['object']}"] * (slot["kind"] == "PORT")
    words += [f"of {slot['memory']}"] * bool(slot["memory"])
    words += [f"badge {slot['badge']}"] * bool(slot["badge"])
    words += [f"bits {slot['bits']:#x}"] * bool(slot["bits"])
    words += [f"at {slot['base']:#x} to {slot['base'] + slot['bytes']:#x}"] * bool(slot["bytes"])
    words += ["filled by init"] * slot["runtime"]
    return ", ".join(words)


def _connection_lines(connection: dict) -> list[str]:
    client, server = connection["client"], connection["server"]
    name = f"{client}.{connection['uses']} -> {server}.{connection['provides']}"
    lines = [f"connection {connection['index']} {name} ({connection['interface']}, {connection['place']})"]
    slots = [f"slot {connection['client_slot']} of {client}"]
    slots += [f"slot {connection['server_slot']} of {server}"] * (connection["server_slot"] is not None)
    slots += [f"badge {connection['badge']}"] * bool(connection["badge"])
    slots += ["made by the generator: the glue asks before guarded methods run"] * connection["implicit"]
    lines.append(f"  {', '.join(slots)}")
    for method in connection["methods"]:
        request, reply = method["request"], method["reply"]
        words = f"  method {method['number']} {method['name']}: "
        words += f"request {request['most_bytes']} bytes by {request['way']}, "
        words += f"reply {reply['most_bytes']} bytes by {reply['way']}"
        lines.append(words + (f", requires {method['requires']}" if method["requires"] else ""))
    lines += [f"  error {number} {name}" for number, name in enumerate(connection["errors"], 1)]
    lines += [f"  event in {name}: bit {bit} of {server}" for name, bit in connection["events_in"].items()]
    lines += [f"  event out {name}: bit {bit} of {client}" for name, bit in connection["events_out"].items()]
    for memory in connection["memory"]:
        ends = []
        for end in ("client", "server"):
            ends.append(f"{memory[end]['prot']} at {memory[end]['va']:#x} in {connection[end]}")
        size = show_size(memory["pages"] * abi.load()["PAGE"])
        ends += [f"for devices in slot {memory['dma_slot']}"] * (memory["dma_slot"] is not None)
        lines.append(f"  memory {memory['name']}: {size} of {memory['owner']}, {', '.join(ends)}")
    return lines


def _window_cells(window: dict) -> list[str]:
    end = window["base"] + window["bytes"]
    what = window["class"] or "any device"
    return [f"{window['base']:#x} to {end:#x}", f"irq {window['irq']}", window["transport"], what]
