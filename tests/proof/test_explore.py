"""The explorer's teeth: bugs seeded into the core, each found in a small world."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROOF = Path(__file__).resolve().parents[2] / "kernel" / "proof"
sys.path.insert(0, str(PROOF))

import explore  # noqa: E402  pylint: disable=wrong-import-position

STATES = "40000"

# What it is, the file, what stands there, what stands there instead, the world, and what finds it.
BUGS = [
    (
        "the end of a list is forgotten",
        "queue.c",
        "        links[last].next = task;\n    }\n    queues[queue].tail[level] = task;\n",
        "        links[last].next = task;\n    }\n    queues[queue].tail[level] = last == NONE ? task : last;\n",
        "queue",
        "",
    ),
    (
        "a caller is not queued at the end",
        "port.c",
        "queue_push_back(server, caller);",
        "queue_push_front(server, caller);",
        "queue",
        "was_one != NONE || was_other == NONE",
    ),
    (
        "bits for a task that waits for them do not wake it",
        "notify.c",
        "    notify_deliver(task);\n}\n\nvoid notify_set_soon",
        "}\n\nvoid notify_set_soon",
        "calls",
        "",
    ),
    (
        "a token of an earlier call is accepted",
        "port.c",
        "tasks[caller].token != token ||",
        "",
        "calls",
        "",
    ),
    (
        "a token of another server's call is accepted",
        "port.c",
        "tasks[caller].token != token ||\n        tasks[caller].server != server)",
        "tasks[caller].token != token)",
        "calls",
        "",
    ),
    (
        "a wait that ends keeps its deadline",
        "sched.c",
        "    deadline_set(task, NEURON_FOREVER);\n    if (front)",
        "    if (front)",
        "calls",
        "",
    ),
    (
        "the timer is not asked for again",
        "sched.c",
        "if (next != armed)",
        "if (next > armed)",
        "calls",
        "",
    ),
    (
        "callers of a dead server go on waiting",
        "life.c",
        "    fail_callers(task, NEURON_PEER_DIED);\n",
        "",
        "calls",
        "",
    ),
    (
        "the servers of a dead client are not told",
        "life.c",
        "    tell_servers(task);\n",
        "    (void)&tell_servers;\n",
        "calls",
        "",
    ),
    (
        "a client talks to a new server in an old session",
        "port.c",
        "        return NEURON_PEER_RESTARTED;",
        "",
        "calls",
        "",
    ),
    (
        "a refused reply changes something",
        "port.c",
        "    u32 server = current;\n    u32 caller = (u32)(token % 64);\n",
        "    u32 server = current;\n    u32 caller = (u32)(token % 64);\n    tasks[server].ready = 0;\n",
        "calls",
        "",
    ),
    (
        "a window that was taken back has an owner",
        "device.c",
        "    windows[window].owner = NONE;\n",
        "",
        "devices",
        "",
    ),
    (
        "a mapping outlives its capability",
        "device.c",
        "            vspace_unmap(task, windows[window].place[p]);\n",
        "",
        "devices",
        "",
    ),
    (
        "the ceiling's rights are not looked at",
        "device.c",
        "if ((rights & ceilings[target].rights) != rights)",
        "if (rights == 0)",
        "devices",
        "",
    ),
    (
        "a claim stays open when the line is shut",
        "irq.c",
        "        windows[window].claimed = 0;\n    }\n",
        "    }\n",
        "devices",
        "",
    ),
    (
        "what a device uses is believed beyond the queue",
        "guard.c",
        "        if (head < vqueues[q].size) {",
        "        if (head < vqueues[q].size + 1) {",
        "guarded",
        "",
    ),
    (
        "a chain in flight is overwritten",
        "guard.c",
        "            return NEURON_IN_FLIGHT;",
        "",
        "guarded",
        "",
    ),
    (
        "a queue outlives the reset of its device",
        "guard.c",
        "                vqueues[vqueue_of(window, q)].size = 0;\n",
        "",
        "guarded",
        "",
    ),
    (
        "a region's end is off by one",
        "guard.c",
        "bytes > region - offset)",
        "bytes > region - offset + 8)",
        "guarded",
        "",
    ),
    (
        "a queue begins with an earlier owner's chains",
        "guard.c",
        "        vqueues[q].busy[i] = 0;\n        queue_pages",
        "        queue_pages",
        "guarded",
        "",
    ),
]


class ExploreTest(unittest.TestCase):
    """Every bug is found, and the entries that lead to it are told."""

    def test_seeded_bugs_are_found(self) -> None:
        chosen = os.environ.get("EXPLORE_BUGS", "")
        with tempfile.TemporaryDirectory() as folder:
            build = Path(folder)
            explore.build_explorer(build)
            for name, file, old, new, world, says in BUGS:
                if chosen not in name:
                    continue
                with self.subTest(name):
                    text = (explore.CORE / file).read_text()
                    self.assertEqual(text.count(old), 1, "the place of the bug moved")
                    changed = build / "changed"
                    changed.mkdir(exist_ok=True)
                    for left in changed.iterdir():
                        left.unlink()
                    (changed / file).write_text(text.replace(old, new))
                    program = explore.build_with(build, changed / file)
                    found = subprocess.run(
                        [program, world, STATES], capture_output=True, text=True, check=False
                    )
                    print(f"{name}: {(found.stdout.strip().splitlines() or ['nothing'])[0]}", flush=True)
                    self.assertEqual(found.returncode, 1, found.stdout + found.stderr)
                    self.assertIn("violated", found.stdout)
                    self.assertIn(says, found.stdout)


if __name__ == "__main__":
    unittest.main()
