#!/usr/bin/env python3
"""The tool for disk images: what it does, and what it refuses: nothing changes, and it says what helps."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOOL = Path(os.environ["STATEFS"]).resolve()
BLOCK = 4096
NOBODY = 65534


class ToolTest(unittest.TestCase):
    """Each test has an image of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.image = self.folder / "disk.img"
        self.make(self.image, 64 * BLOCK)
        self.works("mkfs", self.image)

    @staticmethod
    def make(path: Path, size: int) -> None:
        """A blank file."""
        with path.open("wb") as file:
            file.truncate(size)

    @staticmethod
    def run_tool(
        *arguments: object, data: bytes = b"", user: int | None = None
    ) -> subprocess.CompletedProcess:
        """Runs the tool, as it is called by hand."""
        words = [str(TOOL), *map(str, arguments)]
        return subprocess.run(words, input=data, capture_output=True, check=False, user=user)

    def works(self, *arguments: object, data: bytes = b"") -> bytes:
        """What it printed."""
        result = self.run_tool(*arguments, data=data)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout

    def refuses(self, *arguments: object, data: bytes = b"", status: int = 1, user: int | None = None) -> str:
        """What it said. The images are as they were."""
        before = {path: path.read_bytes() for path in self.folder.iterdir()}
        result = self.run_tool(*arguments, data=data, user=user)
        self.assertEqual(result.returncode, status, result)
        self.assertEqual({path: path.read_bytes() for path in self.folder.iterdir()}, before)
        return result.stderr.decode()

    def damage(self, pattern: bytes, offset: int = 0) -> None:
        """Changes a byte, counted from the one place where the image has the pattern."""
        data = bytearray(self.image.read_bytes())
        self.assertEqual(data.count(pattern), 1)
        data[data.index(pattern) + offset] ^= 1
        self.image.write_bytes(data)

    def test_a_value_that_is_put_is_listed_and_got(self) -> None:
        value = bytes(range(256)) * 40
        self.works("put", self.image, "/state/b", data=value)
        self.works("put", self.image, "/state/a/c/", data=b"")
        self.assertEqual(self.works("ls", self.image), b"       0 /state/a/c\n   10240 /state/b\n")
        self.assertEqual(self.works("get", self.image, "/state/b"), value)
        self.assertEqual(self.works("get", self.image, "/state/a/c"), b"")

    def test_dump_is_json_with_all_values(self) -> None:
        self.works("put", self.image, '/state/"\\\n\u00e4', data=b"\x00\xffx")
        found = json.loads(self.works("dump", self.image, "--json"))
        self.assertEqual((found["v1"], found["damaged"]), (False, False))
        self.assertEqual([key["key"] for key in found["keys"]], ['/state/"\\\n\u00e4'])
        self.assertEqual((found["keys"][0]["value"], found["keys"][0]["length"]), ("00ff78", 3))

    def test_fsck_of_a_sound_image_finds_nothing(self) -> None:
        self.works("put", self.image, "/state/a", data=b"1")
        self.assertEqual(self.works("fsck", self.image).decode(), f"{self.image}: 1 keys, 3 records\n")

    def test_fsck_tells_the_record_and_the_keys_that_are_lost(self) -> None:
        for key in ("a", "b", "c"):
            self.works("put", self.image, f"/state/{key}", data=f"value of {key}".encode())
        self.damage(b"value of b")
        result = self.run_tool("fsck", self.image)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(
            result.stdout.decode().splitlines(),
            [
                f"{self.image}: 1 keys, 3 records before a cut or damage",
                f"{self.image}: crc mismatch (record=3): /state/b",
                f"{self.image}: record 5 does not count, the next write erases it: put /state/c",
            ],
        )
        listed = self.run_tool("ls", self.image)
        self.assertEqual(listed.stdout, b"      10 /state/a\n")
        self.assertIn(b"cut or damaged at record 3; statefs fsck says more", listed.stderr)

    def test_fsck_tells_a_bad_superblock(self) -> None:
        data = bytearray(self.image.read_bytes())
        data[8] ^= 1
        self.image.write_bytes(data)
        result = self.run_tool("fsck", self.image)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"superblock in block 0: cut or damaged", result.stdout)
        self.works("put", self.image, "/state/a", data=b"1")
        self.works("fsck", self.image)

    def test_mkfs_erases_only_when_it_is_told_to(self) -> None:
        foreign = self.folder / "foreign"
        foreign.write_bytes(b"something else" + bytes(64 * BLOCK - 14))
        for command in (["ls"], ["fsck"], ["mkfs"]):
            said = self.refuses(*command, foreign)
            self.assertIn(f"{foreign}: not a statefs; ", said)
            self.assertIn("mkfs --force erases it", said)
        self.refuses("put", foreign, "/state/a", data=b"1")
        self.works("mkfs", foreign, "--force")
        self.assertEqual(self.works("ls", foreign), b"")

    def test_a_blank_image_is_said_to_be_blank(self) -> None:
        blank = self.folder / "blank"
        self.make(blank, 64 * BLOCK)
        self.assertIn("blank disk; statefs mkfs makes a statefs of it", self.refuses("ls", blank))

    def test_a_missing_file_is_not_made(self) -> None:
        missing = self.folder / "missing"
        self.assertIn(f"{missing}: cannot be opened: No such file", self.refuses("ls", missing))
        self.assertIn("truncate -s 8M makes a blank one", self.refuses("mkfs", missing))

    def test_a_read_only_file_can_be_read_and_is_not_written(self) -> None:
        self.works("put", self.image, "/state/a", data=b"1")
        self.folder.chmod(0o755)
        self.image.chmod(0o444)
        tool = shutil.copy(TOOL, self.folder / "tool")
        user = NOBODY if os.geteuid() == 0 else None
        got = subprocess.run(
            [tool, "get", self.image, "/state/a"], capture_output=True, check=True, user=user
        )
        self.assertEqual(got.stdout, b"1")
        before = self.image.read_bytes()
        for words in (["put", self.image, "/state/a"], ["mkfs", self.image, "--force"]):
            result = subprocess.run([tool, *words], input=b"2", capture_output=True, check=False, user=user)
            self.assertEqual(result.returncode, 1)
            self.assertIn(b"cannot be opened for writing: Permission denied", result.stderr)
        self.assertEqual(self.image.read_bytes(), before)

    def test_an_image_of_odd_size_is_refused(self) -> None:
        with self.image.open("ab") as file:
            file.write(b"odd")
        for command in ("ls", "fsck", "mkfs"):
            said = self.refuses(command, self.image)
            self.assertIn("262147 bytes from sector 0 on are not whole blocks of 4096", said)
            self.assertIn("truncate -s -3 takes off what is too much", said)
        subprocess.run(["truncate", "-s", "-3", self.image], check=True)
        self.works("ls", self.image)

    def test_an_image_of_another_size_is_not_ours(self) -> None:
        self.make(self.folder / "small", 39 * BLOCK)
        self.assertIn("not a statefs", self.refuses("mkfs", self.folder / "small"))
        os.truncate(self.image, 63 * BLOCK)
        self.assertIn("was its size changed?", self.refuses("ls", self.image))

    def test_a_statefs_begins_at_a_sector(self) -> None:
        disk = self.folder / "parts"
        disk.write_bytes(b"of others" + bytes(64 * BLOCK - 9))
        self.works("mkfs", disk, "--at", "64")
        self.works("put", disk, "/state/a", "--at", "64", data=b"1")
        self.assertEqual(self.works("get", disk, "/state/a", "--at", "64"), b"1")
        self.assertEqual(disk.read_bytes()[: 64 * 512].rstrip(b"\0"), b"of others")
        self.assertIn("begin at another sector (--at)", self.refuses("ls", disk))
        self.assertIn("not a statefs", self.refuses("ls", disk, "--at", "99999"))

    def test_wrong_keys_and_values_change_nothing(self) -> None:
        self.assertIn("keys are UTF-8 and look like /state/", self.refuses("put", self.image, "a"))
        self.assertIn("/state/..: bad key", self.refuses("get", self.image, "/state/.."))
        self.assertIn("key too long", self.refuses("put", self.image, "/state/" + 249 * "k"))
        self.assertIn("/state/a: not found", self.refuses("get", self.image, "/state/a"))
        self.assertIn("value too large", self.refuses("put", self.image, "/state/a", data=bytes(65537)))
        small = self.folder / "small"
        self.make(small, 40 * BLOCK)
        self.works("mkfs", small)
        self.works("put", small, "/state/a", data=bytes(40000))
        self.assertIn(
            "no space; nothing was changed", self.refuses("put", small, "/state/b", data=bytes(40000))
        )

    def test_wrong_words_are_answered_with_the_usage(self) -> None:
        image = self.image
        wrong = [[], ["ls"], ["ls", image, "x"], ["get", image], ["dump", image], ["x", image]]
        wrong += [
            ["ls", image, "--force"],
            ["ls", image, "--at", "x"],
            ["ls", image, "--at"],
            ["fsck", image, "--json"],
        ]
        for words in wrong:
            self.assertIn("usage: statefs ls IMAGE", self.refuses(*words, status=2))


if __name__ == "__main__":
    unittest.main()
