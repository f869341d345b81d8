"""What mutants.py runs against a change: checks LAYER.DETAIL, which fail if they find something wrong."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import explore
from model import model

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HOST = ROOT / "tests" / "host" / "kernel"
STATES = "60000"  # of a small world
LIMIT_S = 300  # what takes longer does not end
PROOF_LIMIT_S = 1800
FLAGS = [flag for flag in model.FLAGS.split() if flag != "-Werror"] + ["-fsanitize-sections=.bss.boot_filled"]
INCLUDES = [*model.INCLUDES, ROOT / "tests" / "host"]
MADE = {"build", "build-proof", ".git"}

# In the order of what they cost.
LAYERS = {
    "host": "the kernel on the host, under sanitizers (tests/host/kernel)",
    "explore": "a small world of the real core (explore.py)",
    "theorems": "the theorems of the model (model.py)",
}


def run(command: list[object], limit_s: int = LIMIT_S) -> bool:
    """Whether a check fails: it says so, is killed, or does not end."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": limit_s}
    try:
        return subprocess.run([str(c) for c in command], check=False, **quiet).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def project_files() -> list[Path]:
    """The files of the project, relative to its root."""
    names = [
        path.relative_to(ROOT)
        for top in ROOT.iterdir()
        if top.name not in MADE
        for path in [top, *top.rglob("*")]
    ]
    return [name for name in names if (ROOT / name).is_file() and name.suffix != ".pyc"]


class Workshop:
    """A copy of the tree in which one file at a time is changed, and what is compiled of it."""

    def __init__(self, build: Path) -> None:
        """Makes or refreshes the copy."""
        self.build = build
        self.tree = build / "tree"
        self.objects = build / "objects"
        self.unchanged: dict[str, bool] = {}
        self.objects.mkdir(exist_ok=True)
        for name in project_files():
            self.restore(name)

    def restore(self, name: Path) -> None:
        """The file as it is in the project; not touched if it is so."""
        content, target = (ROOT / name).read_bytes(), self.tree / name
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod((ROOT / name).stat().st_mode)

    @contextlib.contextmanager
    def changed(self, name: str, old: str, new: str) -> Iterator[None]:
        """While the file is another."""
        text = (ROOT / name).read_text(encoding="utf-8")
        (self.tree / name).write_text(text.replace(old, new), encoding="utf-8")
        try:
            yield
        finally:
            self.restore(Path(name))

    def fails(self, check: str, name: str = "") -> bool:
        """Whether the check fails with this file changed; without a name: with nothing changed."""
        if not name and check in self.unchanged:
            return self.unchanged[check]
        layer, _, what = check.partition(".")
        failed = {
            "host": self.host,
            "explore": self.explore,
            "theorems": self.theorems,
        }[
            layer
        ](what, name)
        if not name:
            self.unchanged[check] = failed
        return failed

    def others(self, name: str, named: set[str]) -> Iterator[str]:
        """Of the layers that cost little and are not named: the first check of each that fails."""
        if not name.startswith("kernel/core/") or not name.endswith(".c"):
            return
        if "host" not in named:
            tests = [
                f"host.kernel_{path.stem.removeprefix('test_')}" for path in sorted(HOST.glob("test_*.c"))
            ]
            yield next((check for check in tests if self.fails(check, name)), "")
        if "explore" not in named:
            worlds = ["queue", "calls", "lives", "devices", "guarded", "equals"]
            yield next((f"explore.{w}" for w in worlds if self.fails(f"explore.{w}", name)), "")

    def compiled(self, source: Path, name: str) -> Path:
        """The object of a source; of its copy, if that is the one that is changed."""
        target = self.objects / f"{source.parent.name}-{source.stem}.o"
        changed = explore.owner(ROOT / name) if name else None
        if source == changed:
            source, target = self.tree / source.relative_to(ROOT), self.objects / "changed.o"
        headers = [header for folder in INCLUDES for header in folder.glob("*.h")]
        newest = max(path.stat().st_mtime for path in [source, *headers])
        if target.name == "changed.o" or not target.exists() or target.stat().st_mtime < newest:
            command = ["gcc", *FLAGS, *(f"-I{folder}" for folder in INCLUDES), "-c", source, "-o", target]
            subprocess.run(command, check=True)
        return target

    def linked(self, sources: list[Path], name: str) -> Path:
        """A program of the core, what the host tests have in common, and these sources."""
        common = [path for path in HOST.glob("*.c") if not path.name.startswith("test_")]
        with ThreadPoolExecutor(2) as pool:
            objects = list(pool.map(lambda s: self.compiled(s, name), [*sources, *common, *model.CORE]))
        program = self.objects / "program"
        subprocess.run(["gcc", *FLAGS, "-fuse-ld=gold", *objects, "-lcmocka", "-o", program], check=True)
        return program

    def host(self, what: str, name: str) -> bool:
        """A test of tests/host/kernel."""
        return run([self.linked([HOST / f"test_{what.removeprefix('kernel_')}.c"], name)])

    @cache
    def explorer(self) -> Path:
        """The folder of the explorer without a change."""
        explore.build_explorer(self.build / "explore")
        return self.build / "explore"

    def explore(self, what: str, name: str) -> bool:
        """A small world of the explorer."""
        folder = self.explorer()
        program = explore.build_with(folder, self.tree / name) if name else folder / "explore"
        return run([program, what, STATES])

    def theorems(self, _: str, __: str) -> bool:
        """The proofs about the model."""
        script = self.tree / "kernel" / "proof" / "model" / "model.py"
        return run([sys.executable, script, "theorems", "--build", self.build / "theorems"], PROOF_LIMIT_S)
