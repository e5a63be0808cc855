"""Which tiers hold on this machine? Each guarantee is tried, by a program that attempts to break it.

A tier counts if every guarantee holds; half a sandbox is refused. What was found is kept for the life of the process.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reasoning_toolkit.errors import SandboxError
from reasoning_toolkit.sandbox.limits import USUAL, Limits
from reasoning_toolkit.sandbox.run import Finished, Task, run_together
from reasoning_toolkit.sandbox.tiers import TIERS, UNSAFE, find_tier

GUARANTEES: Mapping[str, str] = {
    "reading": "no file is read but Python's library and the system's shared ones",
    "writing": "nothing is written to any file",
    "network": "no address is reached, the machine's own included",
    "processes": "no process outside is signalled, and none is left behind",
    "memory": "no process gets more memory than its limit",
    "privileges": "it is not root and cannot become it",
    "time": "it is killed when its time is over",
}
HINT = (
    "get a tier: install bubblewrap (package bubblewrap; needs user namespaces or root), or libseccomp (package libseccomp2) on a "
    "kernel with Landlock (5.13 or later; a container's profile must let it through). `reason doctor` says what holds. "
    "--unsafe-exec runs programs under resource limits alone"
)
_GONE_S = 5.0  # for all processes of a program to be gone, on a busy machine
_PROBE = """
import json, os, socket, time
broken = {}
def attempt(guarantee, what, action):
    try:
        action()
    except (OSError, MemoryError):
        return
    broken.setdefault(guarantee, what)
def bear():
    if os.fork() == 0:
        os.setsid()
        time.sleep(10)
attempt("reading", "read /etc/passwd", lambda: open("/etc/passwd").read())
attempt("reading", "read a file of the caller", lambda: open(FILE).read())
attempt("reading", "listed a folder of the caller", lambda: os.listdir(os.path.dirname(FILE)))
for path in (FILE, FILE + ".new", SHARED, "probe"):
    attempt("writing", "wrote " + path, lambda: open(path, "a").close())
attempt("network", "reached a listener of this machine", lambda: socket.create_connection(("127.0.0.1", PORT), timeout=1))
attempt("memory", "took twice its memory", lambda: bytearray(2 * MEMORY))
if os.getuid() == 0 or os.geteuid() == 0:
    broken["privileges"] = "is root"
attempt("privileges", "became root", lambda: os.setuid(0))
print(json.dumps(broken), flush=True)
try:
    os.kill(VICTIM, 9)
except OSError:
    pass
try:
    bear()
except OSError:
    pass
"""


@dataclass(frozen=True, slots=True)
class SandboxStatus:
    """What this machine can do.

    Attributes:
        tier: the strongest one that holds, None where none does.
        guarantees: what holds in it, by name (`GUARANTEES`).
        refused: why each other tier does not hold.
    """

    tier: str | None
    guarantees: Mapping[str, str]
    refused: Mapping[str, str]


def run_code(program: str, *, tier: str | None = None, limits: Limits = USUAL) -> Finished:
    """Run a Python program that nobody has read, in the strongest tier that holds here.

    Args:
        program: source; the standard library can be imported, nothing is on standard input.
        tier: a row of `TIERS`; ``unsafe`` protects nothing and is used only if it is named here.
        limits: of time, memory and output.

    Raises:
        UsageError: there is no such tier.
        SandboxError: no tier holds on this machine, or not this one.
    """
    (finished,) = run_together([Task(program)], find_tier(usable_tier(tier)), limits)
    return finished


def usable_tier(tier: str | None = None) -> str:
    """The name of a tier that holds: the given one, else the strongest.

    Raises:
        UsageError: there is no such tier.
        SandboxError: it does not hold, or none does.
    """
    if tier is None:
        status = sandbox_status()
        if status.tier is None:
            why = "; ".join(f"{name}: {reason}" for name, reason in status.refused.items())
            raise SandboxError(
                f"expected a sandbox for programs that nobody has read, none holds here ({why})", hint=HINT
            )
        return status.tier
    if find_tier(tier).name != UNSAFE and (why := why_refused(tier)):
        raise SandboxError(f"the sandbox's tier {tier} does not hold here: {why}", hint=HINT)
    return tier


def sandbox_status() -> SandboxStatus:
    """The strongest tier that holds here, what it guarantees, and why the stronger ones do not hold."""
    refused: dict[str, str] = {}
    for tier in TIERS:
        if tier == UNSAFE:
            continue
        why = why_refused(tier)
        if not why:
            return SandboxStatus(tier, GUARANTEES, refused)
        refused[tier] = why
    return SandboxStatus(None, {}, refused)


@cache
def why_refused(tier: str) -> str:
    """What breaks in a tier on this machine, "" where every guarantee holds."""
    try:
        broken = _broken(tier)
    except SandboxError as error:
        return error.message
    return "; ".join(f"{guarantee}: a program {what}" for guarantee, what in broken.items())


def _broken(tier: str) -> dict[str, str]:
    """The guarantees that a tier breaks, each with what a program did."""
    limits = Limits(wall_seconds=30.0)
    alive, life = os.pipe()
    with _bait() as (names, victim):
        head = "".join(f"{name} = {value!r}\n" for name, value in names.items())
        task = Task(f"{head}MEMORY = {limits.memory_bytes}\n{_PROBE}", (life,))
        try:
            (probe,) = run_together([task], find_tier(tier), limits)
            killed, left = victim.poll() is not None, not _closes(alive, seconds=_GONE_S)
        finally:
            os.close(alive)
    broken = _report(probe)
    if killed or left:
        broken["processes"] = "killed a process of the caller" if killed else "left a process behind"
    (late,) = run_together([Task("import time; time.sleep(60)")], find_tier(tier), Limits(wall_seconds=0.2))
    if late.reason != "timeout" or late.seconds > limits.wall_seconds:
        broken["time"] = f"was not stopped in time ({late.reason} after {late.seconds:.1f} s)"
    return broken


@contextmanager
def _bait() -> Iterator[tuple[dict[str, object], subprocess.Popen[bytes]]]:
    """What a program is to reach for: a file that anybody may read and write, a listener, a process."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        Path(folder).chmod(0o777)  # so that only the sandbox stands before it
        file, shared = Path(folder) / "bait", Path("/dev/shm") / f"{Path(folder).name}-bait"
        file.write_text("a file of the caller", encoding="utf-8")
        file.chmod(0o666)
        victim = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"], stdin=subprocess.DEVNULL)
        try:
            port = listener.getsockname()[1]
            yield {"FILE": str(file), "SHARED": str(shared), "PORT": port, "VICTIM": victim.pid}, victim
        finally:
            victim.kill()
            victim.wait()
            shared.unlink(missing_ok=True)


def _closes(descriptor: int, seconds: float) -> bool:
    """Whether the other end of a pipe is soon held by no process."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def _report(probe: Finished) -> dict[str, str]:
    try:
        report: dict[str, str] = json.loads(probe.stdout)
    except ValueError:
        said = (probe.stderr.strip().splitlines() or [probe.reason])[-1]
        return {"reading": f"did not finish its attempts: {said}"}
    return report
