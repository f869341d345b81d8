#!/usr/bin/env python3
"""The command `nexusgen`: see nexusgen/cli.py."""

import sys
from pathlib import Path

# This file and the package have one name: without its own folder first, `import nexusgen` could find itself.
sys.path.insert(0, str(Path(__file__).resolve().parent))

if __name__ == "__main__":
    from nexusgen.cli import main

    sys.exit(main())
