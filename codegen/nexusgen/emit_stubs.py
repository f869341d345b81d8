"""nexus/syscall.h: a C function for each system call, with the register convention of syscalls.def."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import abi, emit

ARGUMENT_REGISTERS = [f"a{n}" for n in range(7)]  # a7 holds the number
TEMPORARIES = [f"t{n}" for n in range(7)] + ["ra"]


@dataclass(frozen=True)
class Stub:
    """One call, as the template prints it."""

    name: str
    number: int
    outputs: tuple[str, ...]
    parameters: tuple[str, ...]
    inputs: tuple[tuple[str, str], ...]  # register, C value
    results: tuple[str, ...]  # registers that are only written
    operands: tuple[str, ...]
    copies: tuple[tuple[str, str], ...]  # output, register
    clobbers: tuple[str, ...]


def stub(call: abi.Syscall) -> Stub:
    """Registers of one call: inputs in a0.., status in a0, outputs in a1.., the rest is clobbered."""
    inputs = tuple(zip(ARGUMENT_REGISTERS, call.inputs))
    copies = tuple(zip(call.outputs, ARGUMENT_REGISTERS[1:] + ["a7"]))
    read = [register for register, _ in inputs]
    written = ["a0"] + [register for _, register in copies]
    results = tuple(register for register in written if register not in read + ["a7"])
    used = set(read) | set(written) | {"a7"}
    operands = [f'"+r"({register})' for register in read]
    operands += [f'"=r"({register})' for register in results] + ['"+r"(a7)']
    clobbers = [r for r in ARGUMENT_REGISTERS if r not in used] + TEMPORARIES + ["memory"]
    parameters = tuple(f"uint64_t {name}" for name in call.inputs)
    if call.outputs:
        parameters += (f"struct neuron_{call.name}_out *out",)
    return Stub(
        call.name,
        call.number,
        call.outputs,
        parameters,
        inputs,
        results,
        tuple(operands),
        copies,
        tuple(f'"{name}"' for name in clobbers),
    )


def generate(folder: Path) -> None:
    """Write nexus/syscall.h below the folder."""
    calls = [stub(call) for call in abi.load().syscalls]
    emit.write(folder / "nexus" / "syscall.h", emit.render("syscall.h.j2", calls=calls))
