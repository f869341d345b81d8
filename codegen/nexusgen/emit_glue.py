"""The glue of a component type: NAME.nexus.h and NAME.nexus.c."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import cnames, cview, wire
from .cview import WORD_NAMES, CEndpoint, CMethod, CType
from .layout import irq_bits, type_slots
from .layout_devices import ArenaPlace
from .model import Component, EnumType, StringType

RETURN_FAILURE = ["if (result != 0) {", "    return result;", "}"]
WORDS = "uint64_t words[NEURON_MESSAGE_WORDS] = {0};"


@dataclass(frozen=True)
class Macro:
    """A #define with the line it comes from."""

    name: str
    value: int
    where: str


@dataclass(frozen=True)
class Guard:
    """A capability that methods of a component require, and the first of them."""

    capability: str
    where: str


@dataclass(frozen=True)
class CAttribute:
    """An attribute: its declaration without initialiser."""

    name: str
    declaration: str
    where: str


@dataclass(frozen=True)
class CDevice:
    """What the header declares for a device beside its macros."""

    name: str
    where: str
    irq_macro: str | None
    dma_macro: str | None  # of the size of its DMA memory


def attribute_declaration(attribute, instance: bool) -> str:
    """The constant that holds an attribute; strings are arrays."""
    if isinstance(attribute.type, StringType):
        return f"const char {attribute.name}[{attribute.type.bound + 1 if instance else ''}]"
    return f"const {cnames.c_name(attribute.type)} {attribute.name}"


class ComponentView:
    """Everything that the templates of a component type print."""

    def __init__(
        self, component: Component, is_init: bool, places: dict[str, ArenaPlace], root: Path
    ) -> None:
        names = cview.Names(component)
        slots = type_slots(component, is_init)
        types = cview.types_of(component)
        self.name = component.name
        self.guard = cnames.upper(component.name)
        self.where = cnames.where(component.place, root)
        self.enums: list[CType] = [cview.type_view(t, root) for t in types if isinstance(t, EnumType)]
        self.structs: list[CType] = [cview.type_view(t, root) for t in types if not isinstance(t, EnumType)]
        interfaces = {e.interface.name: e.interface for e in component.provides + component.uses}
        self.interfaces = [cview.interface_view(i, root) for i in interfaces.values()]
        self.attributes = [
            CAttribute(a.name, attribute_declaration(a, False), cnames.where(a.place, root))
            for a in component.attributes
        ]
        self.uses = [
            cview.endpoint_view(e, n, slots[f"uses {e.name}"], names, root)
            for n, e in enumerate(component.uses)
        ]
        self.provides = [cview.endpoint_view(e, n, 0, names, root) for n, e in enumerate(component.provides)]
        self.macros = self._macros(component, slots, places, root)
        self.devices = [
            CDevice(
                d.name,
                cnames.where(d.place, root),
                f"{d.name.upper()}_IRQ_BIT" if d.irq else None,
                f"{d.name.upper()}_DMA_BYTES" if d.dma else None,
            )
            for d in component.devices
        ]
        self.interrupts = [device for device in self.devices if device.irq_macro]
        self._asking(component, slots, names, root)
        for endpoint in self.uses + self.asks:
            for method in endpoint.methods:
                _client(endpoint, method)
        served = [m for endpoint in self.provides for m in endpoint.methods]
        guarded = {m.requires: m.where for m in reversed(served) if m.requires}
        self.guards = [Guard(cnames.c_string(c), guarded[c]) for c in sorted(guarded)]
        for endpoint in self.provides:
            for method in endpoint.methods:
                _server(endpoint, method, sorted(guarded))
        self.room = [m for m in served if m.room]
        self.bulk_copy = max((e.bulk[0] - wire.BULK_HEADER_BYTES for e in self.provides if e.bulk), default=0)
        if any(e.bulk for e in self.provides):
            self.bulk_copy = max(self.bulk_copy, 1)
        self.scratch = any(m.out_way == wire.PAGE for m in served)
        self.raised_by_client = [(e, event) for e in self.provides for event in e.events_in]
        self.raised_by_server = [(e, event) for e in self.uses for event in e.events_out]
        self.starts = self._starts()

    def _asking(self, component: Component, slots: dict[str, int], names: cview.Names, root: Path) -> None:
        """What asks policyd: an endpoint that the author does not see, with types of its own."""
        self.asks: list[CEndpoint] = []
        self.asked_enums: list[CType] = []
        self.decision = ""  # its C type
        if component.guard is None:
            return
        slot = slots[f"uses {component.guard.name}"]
        self.asks = [cview.endpoint_view(component.guard, len(component.uses), slot, names, root)]
        kinds = [p.type for m in component.guard.interface.methods for p in m.parameters]
        enums = [kind for kind in kinds if isinstance(kind, EnumType)]
        self.asked_enums = [cview.type_view(kind, root) for kind in enums]
        self.decision = cnames.c_name(enums[0])
        self.allow = f"{cnames.upper(enums[0].name)}_ALLOW"

    def _macros(
        self, component: Component, slots: dict[str, int], places: dict[str, ArenaPlace], root: Path
    ) -> list[Macro]:
        macros = [Macro(e.slot_macro, e.slot, e.where) for e in self.uses]
        if component.power:
            macros.append(Macro("POWER_SLOT", slots["power"], self.where))
        bits = irq_bits(component)
        for device in component.devices:
            values = {"SLOT": slots[f"device {device.name}"]}
            if device.irq:
                values["IRQ_BIT"] = bits[device.name]
            values["PAGE"] = places[device.name].page
            queue_page = places[device.name].queue_page
            if queue_page is not None:
                values["QUEUE_PAGE"] = queue_page
            if device.dma:
                values["DMA_SLOT"] = slots[f"dma {device.name}"]
                values["DMA_BYTES"] = device.dma
            place = cnames.where(device.place, root)
            macros += [Macro(f"{device.name.upper()}_{tail}", n, place) for tail, n in values.items()]
        return macros

    def _starts(self) -> list[str]:
        """What the glue does before main: shake hands over the bulk extents."""
        lines = [
            f"nexus_bulk_start_client(nexus_servers[{endpoint.index}].bulk);"
            for endpoint in self.uses
            if endpoint.bulk
        ]
        if any(endpoint.bulk for endpoint in self.provides):
            lines += [
                "for (uint32_t i = 0; i < nexus_client_count; i++) {",
                "    nexus_bulk_start_server(nexus_clients[i].bulk);",
                "}",
            ]
        return lines


def _extra(method: CMethod, name: str) -> str:
    """A name for a parameter that the generator adds, free among the author's."""
    shown = {declaration.split()[-1].lstrip("*") for declaration in method.prototype}
    while name in shown:
        name += "_"
    return name


def _client(endpoint: CEndpoint, method: CMethod) -> None:
    """The statements of a client stub."""
    deadline = f"uint64_t {_extra(method, 'deadline')}"
    method.until_prototype = [deadline] + method.prototype
    method.until_parameters = ["uint64_t deadline"] + method.parameters
    if method.in_way == wire.BULK:
        method.call = [
            "uint8_t *at;",
            "int result = nexus_bulk_begin(row->bulk, &at);",
            *RETURN_FAILURE,
            *method.in_puts,
            "struct nexus_reader reader = {NULL, 0, 0};",
            f"result = nexus_bulk_call(row, {method.number}, at, deadline, {endpoint.errors}, &reader);",
            *RETURN_FAILURE,
        ]
        method.read_reply = []
        return
    if method.in_way == wire.PAGE:
        tag = f"NEURON_TAG({method.number}, 0, at - __nexus_out)"
        method.call = ["uint8_t *at = __nexus_out;", *method.in_puts]
        words = []
    else:
        tag = f"NEURON_TAG({method.number}, {method.in_words}, 0)"
        method.call = []
        words = method.in_word_values
    values = ", ".join(words + ["0"] * (len(WORD_NAMES) - len(words)))
    if method.out_way == wire.PAGE:
        wrong = "NEURON_TAG_LABEL(out.tag) != 0"
        method.read_reply = ["struct nexus_reader reader = nexus_read_page(out.tag, __nexus_out);"]
    else:
        wrong = f"out.tag != NEURON_TAG(0, {method.out_words}, 0)"
        method.read_reply = ["struct nexus_reader reader = {NULL, 0, 0};"]
    method.call += [
        "struct neuron_call_out out;",
        f"const int64_t status = neuron_call(row->slot, {tag}, {values}, deadline, &out);",
        f"if (status != NEURON_OK || {wrong}) {{",
        f"    return nexus_failure_of(status, out.tag, {endpoint.errors});",
        "}",
    ]


def _server(endpoint: CEndpoint, method: CMethod, guards: list[str]) -> None:
    """The statements of a method's dispatch, reply and deferred reply; `guards` are what is asked for."""
    client = f"struct nexus_client {_extra(method, 'client')}"
    token, result = f"struct nexus_token {_extra(method, 'token')}", f"int {_extra(method, 'result')}"
    method.handler_prototype = [client] + method.prototype
    method.later_prototype = [token, result] + method.reply_prototype
    method.later_parameters = ["struct nexus_token token", "int result"] + method.reply_parameters
    method.call_arguments = ["row->client"] + method.handler_arguments
    pack = f"glue_pack_{method.name}"
    later = "".join(f", {a}" for a in method.reply_arguments)
    now = "".join(f", {a}" for a in method.pack_arguments)
    {wire.WORDS: _server_words, wire.PAGE: _server_page, wire.BULK: _server_bulk}[method.out_way](
        method, pack, later, now
    )
    if method.out_way != wire.BULK:
        method.answer = [
            "if (result != 0) {",
            f"    return nexus_no_outputs(result, {endpoint.errors});",
            "}",
            *method.answer,
        ]
    else:
        method.answer = ["if (result == NEXUS_DEFER) {", "    return NEXUS_NO_REPLY;", "}", *method.answer]
    method.request = ["tag", *_request_words(method)]
    method.refuse = _refusal(method, "reader.status")
    if method.requires is not None:
        guard = f"&glue_guards[{guards.index(method.requires)}]"
        method.guard = [f"const int denial = nexus_guard({guard}, row->client.task, glue_ask);"]
        method.deny = _refusal(method, "denial")
    if method.in_way == wire.BULK:
        method.read_request = ["struct nexus_reader reader = nexus_bulk_take(row, tag, w0, w1, glue_copy);"]
    elif method.in_way == wire.PAGE:
        method.read_request = ["struct nexus_reader reader = nexus_read_page(tag, __nexus_in);"]
    else:
        method.read_request = [f"struct nexus_reader reader = nexus_read_words(tag, {method.in_words});"]


def _request_words(method: CMethod) -> list[str]:
    """The words of a request that travels in registers, or says where it is."""
    count = {wire.WORDS: method.in_words, wire.PAGE: 0, wire.BULK: 2}[method.in_way]
    return WORD_NAMES[:count]


def _refusal(method: CMethod, status: str) -> str:
    """The tag of a reply with a status of the glue."""
    refusal = f"nexus_result_tag({status}, 0)"
    if method.in_way != wire.BULK:
        return refusal
    return f"nexus_bulk_answer(row, w0, {refusal}, nexus_reply_words)"


def _server_words(method: CMethod, pack: str, later: str, now: str) -> None:
    method.pack_parameters = ["uint64_t *words", "int result"] + method.reply_parameters
    method.pack = [f"words[{n}] = {value};" for n, value in enumerate(method.out_word_values)]
    method.pack = method.pack or ["(void)words;"]
    method.pack.append(f"return NEURON_TAG(0, {method.out_words}, 0);")
    method.later = [
        WORDS,
        f"const uint64_t tag = {pack}(words, result{later});",
        "return nexus_reply_later(token, tag, words);",
    ]
    method.answer = [f"return {pack}(nexus_reply_words, 0{now});"]


def _pack_bytes(method: CMethod) -> None:
    method.pack_parameters = ["uint8_t *to", "int result"] + method.reply_parameters
    method.pack = [*method.out_lengths, "uint8_t *at = to;", *method.out_puts]
    method.pack.append("return NEURON_TAG(0, 0, at - to);")


def _server_page(method: CMethod, pack: str, later: str, now: str) -> None:
    _pack_bytes(method)
    method.later = [
        f"const uint64_t tag = {pack}(glue_scratch, result{later});",
        "return nexus_reply_page_later(token, tag, glue_scratch);",
    ]
    method.answer = [f"return {pack}(__nexus_in, 0{now});"]


def _server_bulk(method: CMethod, pack: str, later: str, now: str) -> None:
    _pack_bytes(method)
    method.later = [
        "const struct nexus_client_row *row = nexus_client_of(token.client);",
        "if (row == NULL || row->bulk == NULL) {",
        "    return NEURON_STALE;",
        "}",
        WORDS,
        f"const uint64_t packed = {pack}(nexus_bulk_body(row->bulk->out), result{later});",
        "const uint64_t tag = nexus_bulk_answer(row, token.first_word, packed, words);",
        "return nexus_reply_later(token, tag, words);",
    ]
    method.answer = [
        f"const uint64_t packed = {pack}(nexus_bulk_body(row->bulk->out), result{now});",
        "return nexus_bulk_answer(row, w0, packed, nexus_reply_words);",
    ]
