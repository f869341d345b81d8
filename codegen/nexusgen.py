#!/usr/bin/env python3
"""The command `nexusgen`: see nexusgen/cli.py."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

# The interpreter that has Debian's modules, where another `python3` comes first on PATH.
SYSTEM_PYTHON = "/usr/bin/python3"

# This file and the package have one name: without its own folder first, `import nexusgen` could find itself.
sys.path.insert(0, str(Path(__file__).resolve().parent))

if __name__ == "__main__":
    has_modules = find_spec("lark") and find_spec("jinja2")
    if not has_modules and sys.executable != SYSTEM_PYTHON and os.access(SYSTEM_PYTHON, os.X_OK):
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, *sys.argv])

    from nexusgen.cli import main

    sys.exit(main())
