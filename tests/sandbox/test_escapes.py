"""What a hostile program tries, in every tier that holds here. Each attempt prints ESCAPED where it succeeds."""

from __future__ import annotations

import os
import platform
import select
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from reasoning_toolkit.sandbox import Limits, run_code
from reasoning_toolkit.sandbox.run import Task, run_together
from reasoning_toolkit.sandbox.tiers import find_tier

ROOT = Path(__file__).resolve().parents[2]
JAILED = ("A+B", "B")
EVERYWHERE = ("A+B", "A", "B")


class Attempt(NamedTuple):
    """A program, and the tiers that claim to deny what it tries."""

    program: str
    denied_in: tuple[str, ...] = EVERYWHERE
    works_unsafe: bool = True


FORK = "child = os.fork()\nif child == 0: os._exit(0)\nos.waitpid(child, 0)"
LIBC = "import ctypes; libc = ctypes.CDLL(None, use_errno=True)\n"
ATTEMPTS = {
    "read passwd": Attempt("open('/etc/passwd').read()"),
    "list the root": Attempt(
        "assert set(os.listdir('/')) - {'usr', 'lib', 'lib64', 'etc', 'root', 'home', 'opt', 'jail.py'}"
    ),
    "list home": Attempt("assert os.listdir('/home') + os.listdir('/proc')"),
    "read a file of the caller": Attempt("open(FILE).read()"),
    "write a file of the caller": Attempt("open(FILE, 'a').write('x')"),
    "truncate a file of the caller": Attempt("os.truncate(FILE, 0)"),
    "remove a file of the caller": Attempt("os.unlink(FILE)"),
    "write beside it": Attempt("open(FILE + '.new', 'w').close()"),
    "link to it": Attempt("os.symlink(FILE, os.path.dirname(FILE) + '/link')"),
    "write to /tmp": Attempt("open('/tmp/reasoning-toolkit-escape', 'w').close()"),
    "write here": Attempt("open('escape', 'w').close()", works_unsafe=False),
    "a file without a name": Attempt("os.open('/tmp', os.O_TMPFILE | os.O_RDWR)"),
    "shared memory": Attempt("open('/dev/shm/reasoning-toolkit-escape', 'w').close()"),
    "connect": Attempt("socket.create_connection(('127.0.0.1', PORT), timeout=2)"),
    "send a datagram": Attempt(
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))", JAILED
    ),
    "unix socket": Attempt("socket.socket(socket.AF_UNIX).connect(UNIX)"),
    "listen": Attempt("socket.create_server(('127.0.0.1', 0))", JAILED),
    "fork": Attempt(FORK, JAILED),
    "fork by ctypes": Attempt(f"{LIBC}pid = libc.fork()\nif pid == 0: os._exit(0)\nassert pid > 0", JAILED),
    "fork by system call": Attempt(
        f"{LIBC}pid = libc.syscall(56, 17, 0, 0, 0, 0)\nif pid == 0: os._exit(0)\nassert pid > 0",
        JAILED,
        works_unsafe=platform.machine() == "x86_64",
    ),
    "subprocess": Attempt("subprocess.run(['/bin/true'], check=True)"),
    "posix.system": Attempt("import posix\nassert posix.system('true') == 0"),
    "ptrace": Attempt(f"{LIBC}assert libc.ptrace(0, 0, 0, 0) == 0", JAILED),
    "read its own memory": Attempt("open('/proc/self/mem', 'rb')", works_unsafe=False),
    "new namespaces": Attempt(f"{LIBC}assert libc.unshare(0x10000000 | 0x00020000) == 0", JAILED, False),
    "become root": Attempt("os.setuid(0)", works_unsafe=False),
    "raise a limit": Attempt("resource.setrlimit(resource.RLIMIT_AS, (-1, -1))", works_unsafe=False),
    "memory": Attempt("bytearray(2 << 30)", works_unsafe=False),
    "memory in a file without a name": Attempt("os.write(os.memfd_create('x'), b'x')", JAILED),
    "memory that outlives it": Attempt(f"{LIBC}assert libc.shmget(7, 4096, 0o1600) >= 0", JAILED),
    "outlive its caller": Attempt(f"{LIBC}assert libc.prctl(1, 0, 0, 0, 0) == 0", JAILED),
    "signals by a descriptor": Attempt("import fcntl; fcntl.fcntl(1, 8, os.getpid())", JAILED),
    "limits of another process": Attempt("resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)", JAILED, False),
    "an inherited descriptor": Attempt(
        "assert any(b'secret' in os.pread(fd, 99, 0) for fd in FDS if fd > 2)", works_unsafe=False
    ),
    "the environment": Attempt("assert 'ESCAPE_SECRET' in os.environ", works_unsafe=False),
    "standard input": Attempt("assert sys.stdin.read()", works_unsafe=False),
}
EXECUTIONS = {
    "exec": Attempt("os.execv('/bin/echo', ['echo', 'ESCAPED'])"),
    "exec the interpreter": Attempt(
        "os.execv(sys.executable, [sys.executable, '-c', 'print(\"ESCAPED\")'])", JAILED, False
    ),
}
HEAD = """
import os, resource, socket, subprocess, sys
def readable():
    for fd in range(3, 200):
        try:
            os.pread(fd, 1, 0)
        except OSError:
            continue
        yield fd
FDS = list(readable())
"""
ONE = """
NAME = {name!r}
try:
{body}
    print("ESCAPED by", NAME, flush=True)
except (OSError, MemoryError, AssertionError, ValueError) as error:
    print("denied:", NAME, error, flush=True)
"""


@pytest.fixture
def setting(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What an attempt can reach for: an open file, a listener, a secret; as assignments."""
    monkeypatch.setenv("ESCAPE_SECRET", "1")
    file = open_folder / "file"
    file.write_text("secret")
    file.chmod(0o666)
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as local,
        file.open() as opened,
    ):
        local.bind(str(open_folder / "local"))
        local.listen()
        (open_folder / "local").chmod(0o777)
        os.set_inheritable(opened.fileno(), True)
        yield f"FILE, UNIX, PORT = {str(file)!r}, {str(open_folder / 'local')!r}, {listener.getsockname()[1]}\n"


def escaped(setting: str, names: list[str], tier: str) -> list[str]:
    """Those of the attempts, made one after the other, that succeed."""
    programs = {name: textwrap.indent(ATTEMPTS[name].program, "    ") for name in names}
    each = "".join(ONE.format(name=name, body=body) for name, body in programs.items())
    finished = run_code(setting + HEAD + each, tier=tier)
    lines = finished.stdout.splitlines()
    assert len(lines) == len(names), finished
    return [line.removeprefix("ESCAPED by ") for line in lines if line.startswith("ESCAPED by ")]


def test_no_attempt_escapes(tier: str, setting: str, open_folder: Path) -> None:
    claimed = [name for name, attempt in ATTEMPTS.items() if tier in attempt.denied_in]
    assert len(claimed) >= 24
    assert escaped(setting, claimed, tier) == []
    assert (open_folder / "file").read_text() == "secret"
    assert sorted(path.name for path in open_folder.iterdir()) == ["file", "local"]


@pytest.mark.parametrize("name", ["exec", "exec the interpreter"])
def test_no_other_program_takes_its_place(name: str, tier: str, setting: str) -> None:
    attempt = EXECUTIONS[name]
    if tier not in attempt.denied_in:
        pytest.skip(f"tier {tier} does not claim to deny this: it happens inside")
    assert "ESCAPED" not in run_code(f"import os, sys\n{attempt.program}", tier=tier).stdout
    assert "ESCAPED" in run_code(f"import os, sys\n{attempt.program}", tier="unsafe").stdout or not attempt.works_unsafe


def test_the_attempts_are_real(setting: str) -> None:
    """Without a sandbox they succeed: a test that cannot fail would show nothing."""
    real = [name for name, attempt in ATTEMPTS.items() if attempt.works_unsafe]
    assert escaped(setting, real, "unsafe") == real
    Path("/tmp/reasoning-toolkit-escape").unlink(missing_ok=True)
    Path("/dev/shm/reasoning-toolkit-escape").unlink(missing_ok=True)


@pytest.mark.parametrize("folder", [ROOT, ROOT / "tests", ROOT / "reasoning_toolkit"])
def test_the_project_cannot_be_read(folder: Path, tier: str) -> None:
    finished = run_code(f"import os; print(os.listdir({str(folder)!r}))", tier=tier)
    assert finished.exit != 0
    assert finished.stdout == ""


def test_no_process_outside_can_be_killed(tier: str) -> None:
    with subprocess.Popen(["sleep", "60"]) as victim:
        try:
            run_code(
                f"import os\nfor pid in ({victim.pid}, {os.getpid()}, os.getppid()):\n    os.kill(pid, 9)", tier=tier
            )
            assert victim.poll() is None
        finally:
            victim.kill()


def closes(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def test_no_process_is_left_behind(tier: str) -> None:
    alive, life = os.pipe()
    program = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(20)"
    run_together([Task(program, (life,))], find_tier(tier), Limits())
    assert closes(alive, 5)
    os.close(alive)


def test_a_program_dies_with_its_caller(tier: str) -> None:
    alive, life = os.pipe()
    code = (
        "from reasoning_toolkit.sandbox.run import *\n"
        f"task = Task('import os, time; os.write({life}, b\"x\"); time.sleep(60)', ({life},))\n"
        f"run_together([task], find_tier({tier!r}), Limits(wall_seconds=60))"
    ).replace(
        "import *",
        "import Task, run_together\nfrom reasoning_toolkit.sandbox.tiers import find_tier\n"
        "from reasoning_toolkit.sandbox.limits import Limits",
    )
    with subprocess.Popen([sys.executable, "-c", code], pass_fds=(life,), cwd=ROOT) as caller:
        os.close(life)
        assert closes(alive, 20)
        assert os.read(alive, 1) == b"x"
        caller.send_signal(signal.SIGKILL)
    assert closes(alive, 5)
    assert os.read(alive, 1) == b""
    os.close(alive)
