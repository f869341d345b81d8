"""The policy file: who may do what. Read strictly, because a slip here would grant or refuse in silence.

tomllib gives values without places, so a small scanner finds where keys and strings stand.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from .diagnostics import Note, Sink, did_you_mean
from .loading import Project
from .model import Place, Policy, Subject
from .resolve_types import CAPABILITY_MAX, is_capability

SECTION = "allow"
FORM = f'{SECTION} is a table: `[{SECTION}]`, then lines such as `rngd = ["device.mmio.rng"]`'
CAPABILITY_FORM = (
    f"lower-case words joined by dots, at most {CAPABILITY_MAX} characters; "
    'a parameter may follow a colon: "net.connect:10.0.2.0/24"'
)
PARAMETER = re.compile(r"[A-Za-z0-9._/:-]+")
TOKEN = re.compile(
    r'"""[\s\S]*?"""|'
    r"'''[\s\S]*?'''|"
    r'"(?:\\.|[^"\\\n])*"|'
    r"'[^'\n]*'|#[^\n]*|[\[\]{}=,.\n]|[^\s\[\]{}=,.#\"']+"
)
AT = re.compile(r"\(at line (\d+), column (\d+)\)$")


@dataclass
class Key:
    """Where a key stands and where the strings of its value do."""

    name: str
    place: Place
    strings: list[Place] = field(default_factory=list)


class Places:
    """The keys of a TOML file by table and name, each in the order in which they come."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text
        self.tables: dict[str, list[Key]] = {}
        self.keys: dict[tuple[str, str], list[Key]] = {}
        self._scan()

    def key(self, table: str, name: str) -> Key:
        """A key, or its table, or the file if it is written in an unusual way."""
        whole = f"{table}.{name}" if table else name
        found = self.keys.get((table, name)) or self.tables.get(whole) or self.tables.get(table)
        return found[0] if found else Key(name, Place(self._path, 1, 1))

    def _place(self, token: re.Match[str]) -> Place:
        start = self._text.rfind("\n", 0, token.start()) + 1
        line = self._text.count("\n", 0, token.start()) + 1
        return Place(self._path, line, token.start() - start + 1, token.end() - token.start())

    def _scan(self) -> None:
        """Keys are what begins a line outside of brackets; tables are such lines in brackets."""
        table, depth, value = "", 0, None
        line: list[re.Match[str]] = []
        for token in TOKEN.finditer(self._text):
            if value is not None and depth == 0 and token[0] == "\n":
                value, line = None, []
            elif value is not None:
                depth += (token[0] in "[{") - (token[0] in "]}")
                if token[0][0] in "\"'":
                    value.strings.append(self._place(token))
            elif token[0] == "=" and line:
                value = Key(_bare(line[0][0]), self._place(line[0]))
                known = self.keys.setdefault((table, value.name), [])
                if len(line) == 1 or not known:  # a.b = 1, a.c = 2 is one table `a`, not given twice
                    known.append(value)
            elif token[0] == "\n":
                line = []
            elif token[0] == "]" and len(line) >= 2 and line[0][0] == "[":
                table = ".".join(_bare(t[0]) for t in line[1:] if t[0] not in "[.")
                name = next((t for t in line if t[0] != "["), line[0])
                self.tables.setdefault(table, []).append(Key(table, self._place(name)))
            else:
                line.append(token)


def shown(text: str) -> str:
    """A word of the file on one line."""
    return "".join(c if c.isprintable() else "?" for c in text[:80])


def _bare(text: str) -> str:
    return text[1:-1] if text[0] in "\"'" else text


def read_policy(project: Project, path: Path, asked: Place, sink: Sink) -> Policy | None:
    """The policy in this file; None after an error. `asked` is the line of the assembly."""
    text = project.text(path, asked)
    if text is None:
        return None
    text = text.replace("\r\n", "\n")
    places = Places(path, text)
    if _report_twice(places, sink):
        return None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _report_syntax(path, text, error, sink)
        return None
    rules = _rules(content, places, sink)
    subjects = tuple(_subject(name, value, places, sink) for name, value in rules.items())
    return Policy(path, tuple(subject for subject in subjects if subject is not None))


def _report_twice(places: Places, sink: Sink) -> bool:
    """Whether something is given twice: TOML refuses that, but does not say where the first one is."""
    found = False
    tables = [(keys, "table") for keys in places.tables.values()]
    for keys, what in tables + [(keys, "subject") for keys in places.keys.values()]:
        for again in keys[1:]:
            notes = [Note("the first one is here", keys[0].place)]
            sink.error("NX605", again.place, f"{what} `{shown(again.name)}` is given twice", notes=notes)
            found = True
    return found


def _report_syntax(path: Path, text: str, error: tomllib.TOMLDecodeError, sink: Sink) -> None:
    at = AT.search(str(error))
    line, column = (int(at[1]), int(at[2])) if at else (len(text.rstrip("\n").split("\n")), 1)
    what = re.sub(r" \(at .*\)$", "", str(error))
    sink.error(
        "NX601", Place(path, line, column), f"this is not TOML: {what[:1].lower()}{what[1:]}", expected=FORM
    )


def _rules(content: dict, places: Places, sink: Sink) -> dict:
    """What stands under [allow]; nothing else may stand beside it."""
    for name in content:
        if name != SECTION:
            meant = did_you_mean(name, [SECTION])
            text = f"a policy has no `{shown(name)}`"
            sink.error(
                "NX602", places.key("", name).place, text, expected=f"`[{SECTION}]` alone", suggestion=meant
            )
    if not content:
        sink.error("NX602", places.key("", SECTION).place, f"there is no `[{SECTION}]`", expected=FORM)
    rules = content.get(SECTION, {})
    if not isinstance(rules, dict):
        sink.error("NX603", places.key("", SECTION).place, f"`{SECTION}` is {_kind(rules)}", expected=FORM)
        return {}
    return rules


def _kind(value: object) -> str:
    kinds = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), "a date")


def _subject(name: str, value: object, places: Places, sink: Sink) -> Subject | None:
    key = places.key(SECTION, name)
    if "*" in name:
        sink.error(
            "NX606",
            key.place,
            f"`{shown(name)}` is no subject: there are no wildcards",
            expected="an instance's name",
        )
        return None
    wrong = [part for part in value if not isinstance(part, str)] if isinstance(value, list) else [value]
    if wrong:
        text = (
            f"`{shown(name)}` is {_kind(value)}"
            if wrong[0] is value
            else f"`{shown(name)}` holds {_kind(wrong[0])}"
        )
        sink.error("NX603", key.place, text, expected='a list of strings: ["rng.entropy"]')
        return None
    assert isinstance(value, list)
    at = key.strings if len(key.strings) == len(value) else [key.place] * len(value)
    seen: dict[str, Place] = {}
    for capability, place in zip(value, at):
        if capability in seen:
            notes = [Note("the first one is here", seen[capability])]
            sink.error(
                "NX605", place, f'"{shown(capability)}" is given twice to `{shown(name)}`', notes=notes
            )
        elif "*" in capability:
            text = f'"{shown(capability)}" is no capability: there are no wildcards'
            sink.error("NX606", place, text, expected="each capability in full")
        elif not well_formed(capability):
            sink.error("NX604", place, f'"{shown(capability)}" is no capability', expected=CAPABILITY_FORM)
        seen.setdefault(capability, place)
    return Subject(name, tuple(value), key.place, tuple(at))


def well_formed(capability: str) -> bool:
    """Words joined by dots, perhaps with a parameter; what policyd takes for malformed is the same."""
    words, colon, parameter = capability.partition(":")
    fits = len(capability) <= CAPABILITY_MAX and is_capability(words)
    return fits and (not colon or PARAMETER.fullmatch(parameter) is not None)
