def write_symbols(elf, out):
    out.write_bytes(b"")
