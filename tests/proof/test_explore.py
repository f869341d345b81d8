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

STATES = "60000"

# What it is, the file, what stands there, what stands there instead, and the world in which it is found.
BUGS = [
    (
        "the end of a list is forgotten",
        "queue.c",
        "        links[last].next = task;\n    }\n    queues[queue].tail[level] = task;\n",
        "        links[last].next = task;\n    }\n    queues[queue].tail[level] = last;\n",
        "queue",
    ),
    (
        "a caller is not queued at the end",
        "port.c",
        "    queue_push_back(server, caller);",
        "    queue_push_front(server, caller);",
        "queue",
    ),
    (
        "who yields goes on before its equals",
        "sched.c",
        "    queue_push_back(READY_QUEUE, current);\n    current = NONE;",
        "    queue_push_front(READY_QUEUE, current);\n    current = NONE;",
        "queue",
    ),
    (
        "a fast yield forgets a link",
        "fast.c",
        "        links[second].previous = NONE;\n",
        "",
        "equals",
    ),
    (
        "a fast reply does not look whether somebody else wants the server",
        "fast.c",
        "tasks[server].attention == 0 && queues",
        "queues",
        "queue",
    ),
    (
        "a fast reply does not look at the token",
        "fast.c",
        "tasks[caller].wait == WAIT_SERVED + server && tasks[caller].token == token &&",
        "tasks[caller].wait == WAIT_SERVED + server && token % 64 == caller &&",
        "calls",
    ),
    (
        "a fast call goes to a server that was restarted",
        "fast.c",
        "        if (slots[row].callee != 0 && tasks[server].wait == slots[row].generation) {\n"
        "            serve(running, server);",
        "        if (slots[row].callee != 0 && tasks[server].wait >= WAIT_RECV) {\n"
        "            serve(running, server);",
        "calls",
    ),
    (
        "bits for a task that waits for them do not wake it",
        "notify.c",
        "    if (set_bits(task, bits)) {\n        sched_wake(task, 0);\n    }\n",
        "    tasks[task].bits = tasks[task].bits | bits;\n    tasks[task].attention = 1;\n",
        "calls",
    ),
    (
        "a token of an earlier call is accepted",
        "port.c",
        "caller >= task_count || tasks[caller].token != token ||",
        "caller >= task_count ||",
        "calls",
    ),
    (
        "a token of another server's call is accepted",
        "port.c",
        "(tasks[caller].wait != WAIT_SERVED + server &&\n"
        "         tasks[caller].wait != WAIT_SERVED_UNTIL + server)",
        "(tasks[caller].wait < WAIT_SERVED || tasks[caller].wait >= WAIT_RECV)",
        "calls",
    ),
    (
        "a wait that ends keeps its deadline",
        "sched.c",
        "    set_deadline(task, NEURON_FOREVER);\n}\n\nvoid sched_wake(",
        "}\n\nvoid sched_wake(",
        "calls",
    ),
    (
        "a call is queued without its deadline",
        "port.c",
        "sched_block(WAIT_QUEUED + server, deadline);",
        "(void)deadline;\n    sched_block(WAIT_QUEUED + server, NEURON_FOREVER);",
        "calls",
    ),
    (
        "the timer is not asked for again",
        "sched.c",
        "if (next != armed)",
        "if (next > armed)",
        "calls",
    ),
    (
        "callers of a dead server go on waiting",
        "life.c",
        "    fail_callers(task, NEURON_PEER_DIED);\n",
        "",
        "calls",
    ),
    (
        "the servers of a dead client are not told",
        "life.c",
        "    tell_servers(task);\n",
        "    (void)&tell_servers;\n",
        "calls",
    ),
    (
        "a client talks to a new server in an old session",
        "port.c",
        "        return NEURON_PEER_RESTARTED;",
        "",
        "calls",
    ),
    (
        "a restarted task is still in its old sessions",
        "life.c",
        "        slots[tasks[task].first_slot + s].generation = NEVER;\n",
        "        (void)slots;\n",
        "lives",
    ),
    (
        "a refused reply changes something",
        "port.c",
        "        return NEURON_STALE;",
        "        return tasks[server].attention = 1, NEURON_STALE;",
        "calls",
    ),
    (
        "a window that was taken back has an owner",
        "device.c",
        "    windows[window].owner = NONE;\n",
        "",
        "devices",
    ),
    (
        "a mapping outlives its capability",
        "device_map.c",
        "    vspace_unmap(task, va);\n",
        "",
        "devices",
    ),
    (
        "the ceiling's rights are not looked at",
        "device.c",
        "if ((rights & ceilings[target].rights) != rights)",
        "if (rights == 0)",
        "devices",
    ),
    (
        "a device is given away while it is mapped",
        "device.c",
        "        return NEURON_MAPPED;",
        "",
        "devices",
    ),
    (
        "a claim stays open when the line is shut",
        "irq.c",
        "        windows[window].claimed = 0;\n    }\n",
        "    }\n",
        "devices",
    ),
    (
        "a chain in flight is overwritten",
        "guard_queue.c",
        "            return NEURON_IN_FLIGHT;",
        "",
        "guarded",
    ),
    (
        "a queue outlives the reset of its device",
        "guard.c",
        "    vqueues[vqueue_of(window, 0)].size = 0;\n",
        "",
        "guarded",
    ),
    (
        "a region's end is off by eight bytes",
        "guard_queue.c",
        "bytes > region - offset)",
        "bytes > region - offset + 8)",
        "guarded",
    ),
    (
        "a queue begins with an earlier owner's chains",
        "guard_queue.c",
        "        vqueues[q].busy[i] = 0;\n        queue_pages",
        "        queue_pages",
        "guarded",
    ),
]


class ExploreTest(unittest.TestCase):
    """Every bug is found, and the entries that lead to it are told."""

    def test_seeded_bugs_are_found(self) -> None:
        chosen = os.environ.get("EXPLORE_BUGS", "")
        with tempfile.TemporaryDirectory() as folder:
            build = Path(folder)
            explore.build_explorer(build)
            for name, file, old, new, world in BUGS:
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
                    print(f"{name}: {found.stdout.strip().splitlines()[0]}", flush=True)
                    self.assertEqual(found.returncode, 1, found.stdout + found.stderr)
                    self.assertIn("violated", found.stdout)


if __name__ == "__main__":
    unittest.main()
