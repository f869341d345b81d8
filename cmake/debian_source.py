"""debian_source.py PINS FOLDER: FOLDER/PACKAGE becomes the source of a Debian package, with Debian's patches.

PINS names the files of the source package as sha256sum prints them; versions are part of the names. They are
kept in FOLDER too, and only what is not there is fetched: by the downloader of apt, from the mirrors that apt
is configured for and from those of Debian. They need not be configured for sources, and nothing is changed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

DEBIAN = "http://deb.debian.org/debian/"
APT_HELPER = "/usr/lib/apt/apt-helper"


def fail(text: str) -> None:
    """Ends with what is wrong and what cures it."""
    sys.exit(f"debian_source.py: {text}")


def run(*command: str | Path) -> str:
    """The output of a command. What it said is in the RuntimeError if it failed."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        fail(f"there is no {command[0]}; ./nexus setup installs it, on Debian: apt install apt dpkg-dev")
    if ran.returncode:
        raise RuntimeError(ran.stdout + ran.stderr)
    return ran.stdout


def mirrors() -> list[str]:
    """Where Debian packages may be: the mirrors of this machine, then Debian's."""
    try:
        listed = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Origin: Debian")
    except RuntimeError:
        listed = ""
    return list(dict.fromkeys([*listed.split(), DEBIAN]))


def digest(path: Path) -> str:
    """The SHA-256 of a file; of one that is not there it is empty."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def fetch(package: str, name: str, wanted: str, folder: Path) -> None:
    """Fetches a file into `folder`, from the first mirror that has the one that is wanted."""
    pool = package[:4] if package.startswith("lib") else package[0]
    part = folder / f"{name}.part"
    failures = []
    for mirror in mirrors():
        uri = f"{mirror.rstrip('/')}/pool/main/{pool}/{package}/{name}"
        try:
            run(APT_HELPER, "download-file", uri, part, f"SHA256:{wanted}")
        except RuntimeError as error:
            failures += [line for line in str(error).splitlines() if line.startswith("E: Failed")]
            continue
        if digest(part) == wanted:
            part.rename(folder / name)
            return
        failures.append(f"{uri}: its SHA-256 is {digest(part)}, not {wanted}")
    for rest in folder.glob(f"{part.name}*"):
        rest.unlink()
    tried = "\n  ".join(failures)
    fail(
        f"{name} cannot be fetched:\n  {tried}\n"
        f"Is there a network? Without one, put the file into {folder} and build again."
    )


def main() -> None:
    """Fetches, checks, extracts, patches."""
    pins_file, folder = Path(sys.argv[1]), Path(sys.argv[2])
    pins = dict(reversed(line.split()) for line in pins_file.read_text().splitlines())
    description = next(name for name in pins if name.endswith(".dsc"))
    package = description.split("_")[0]
    source, stamp = folder / package, folder / f"{package}.pins"
    if source.is_dir() and stamp.is_file() and stamp.read_text() == pins_file.read_text():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, wanted in pins.items():
        if not (folder / name).is_file():
            fetch(package, name, wanted, folder)
        if digest(folder / name) != wanted:
            fail(f"{folder / name} is not what {pins_file} pins; remove it and build again")
    stamp.unlink(missing_ok=True)
    shutil.rmtree(source, ignore_errors=True)
    try:
        run("dpkg-source", "--no-check", "-x", folder / description, source)
    except RuntimeError as error:
        fail(f"dpkg-source cannot extract {folder / description}:\n{error}")
    stamp.write_text(pins_file.read_text())


if __name__ == "__main__":
    main()
