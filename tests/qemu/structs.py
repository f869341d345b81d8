"""Where the members of C structures are, from the debug information of a linked file."""

from __future__ import annotations

import sys

from elftools.elf.elffile import ELFFile


def members(elf: ELFFile, name: str) -> tuple[int, dict[str, tuple[int, int]]]:
    """Size of a structure, and offset and size of each member."""
    for unit in elf.get_dwarf_info().iter_CUs():
        for die in unit.iter_DIEs():
            found = die.attributes.get("DW_AT_name")
            whole = "DW_AT_byte_size" in die.attributes
            if die.tag == "DW_TAG_structure_type" and whole and found and found.value == name.encode():
                rows = {}
                for child in die.iter_children():
                    offset = child.attributes["DW_AT_data_member_location"].value
                    size = _size(child.get_DIE_from_attribute("DW_AT_type"))
                    rows[child.attributes["DW_AT_name"].value.decode()] = (offset, size)
                return die.attributes["DW_AT_byte_size"].value, rows
    sys.exit(f"there is no debug information about struct {name}")


def _size(kind) -> int:
    """The bytes of one element of a type."""
    while "DW_AT_byte_size" not in kind.attributes:
        kind = kind.get_DIE_from_attribute("DW_AT_type")
    return kind.attributes["DW_AT_byte_size"].value
