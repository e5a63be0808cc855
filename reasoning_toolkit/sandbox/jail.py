"""The inside of the sandbox: give up everything that can be given up, then run a program in this interpreter.

Started by its path as a script of a bare interpreter (`run.py`), so it imports the standard library alone. It reads one job from
standard input, as JSON:

    program    the Python source to run as ``__main__``
    rlimits    resource limits, soft and hard, by their names in `resource`
    uid        the user to become where this process is root
    readable   what may still be read; everything else of the file system is closed (Landlock). None: no jail
    denied     system calls that fail from now on (`denied.py`); used with `readable`
    ready      descriptor that gets one byte once everything is given up, and not before
    fds        further descriptors that the program may use

Nothing here falls back: a step that fails ends the process before the program has run.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import stat
import sys
import types

TYPE_CHECKING = False  # typing and collections.abc would cost every start some milliseconds
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

OUT_OF_MEMORY, DENIED = 201, 202  # exit codes; they only name a reason, nothing trusts them
_MOST_FDS = 4096
_SIGXFSZ = 25

# linux/prctl.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
# linux/landlock.h; the numbers of its system calls are the same on every architecture
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_RIGHTS_OF_ABI = {1: 13, 2: 14, 3: 15, 5: 16}  # how many rights over files each version knows
_NETWORK_ABI, _SCOPE_ABI = 4, 6
# seccomp.h
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000


def main() -> None:
    """Read the job, give up everything, run the program. Ends the process."""
    job = json.loads(sys.stdin.buffer.read())
    _close_input_and_strangers([job["ready"], *job["fds"]])
    held = _hold([*sys.path, *(job["readable"] or ())])
    for name, (soft, hard) in job["rlimits"].items():
        _limit(getattr(resource, name), soft, hard)
    ctypes.CDLL(None).signal(_SIGXFSZ, ctypes.c_void_p(0))  # Python ignores it; here too much output is the end
    if os.geteuid() == 0:
        _become(job["uid"], held)
    _prctl(_PR_SET_PDEATHSIG, 9)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if job["readable"] is not None:
        restrict_files([held[path] for path in job["readable"] if path in held])
        deny_system_calls(job["denied"])
    for descriptor in held.values():
        if _by_number(descriptor) not in sys.path:
            os.close(descriptor)
    os.write(job["ready"], b"1")
    os.close(job["ready"])
    run(job["program"])


def run(program: str) -> None:
    """Run a program as ``__main__``; an uncaught exception ends the process with an exit code that names it."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        exec(compile(program, "<program>", "exec"), module.__dict__)
        sys.stdout.flush()
    except SystemExit:
        raise
    except BaseException as error:
        import traceback

        traceback.print_exc()
        codes: dict[type[BaseException], int] = {MemoryError: OUT_OF_MEMORY, PermissionError: DENIED}
        sys.exit(next((code for kind, code in codes.items() if isinstance(error, kind)), 1))


def restrict_files(readable: Sequence[int]) -> None:
    """Nothing of the file system may be written, and nothing read but what these descriptors name (Landlock, linux/landlock.h).

    Where the kernel knows more, no TCP port may be used and no process outside be signalled.
    """
    abi = _syscall(_CREATE_RULESET, None, 0, 1)
    rights = (1 << max(count for version, count in _RIGHTS_OF_ABI.items() if version <= abi)) - 1
    handled = (ctypes.c_uint64 * 3)(rights, 3 if abi >= _NETWORK_ABI else 0, 3 if abi >= _SCOPE_ABI else 0)
    ruleset = _syscall(_CREATE_RULESET, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    for descriptor in readable:
        reading = _READ_FILE | _READ_DIR if stat.S_ISDIR(os.fstat(descriptor).st_mode) else _READ_FILE
        _syscall(_ADD_RULE, ruleset, 1, ctypes.byref(_PathRule(reading, descriptor)), 0)
    _syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def deny_system_calls(denied: Sequence[Mapping[str, Any]]) -> None:
    """Fail these system calls from now on (libseccomp): rows of name or number, errno, and conditions on arguments."""
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_ALLOW)))
    for row in denied:
        number = row["call"]
        if isinstance(number, str):
            number = library.seccomp_syscall_resolve_name(number.encode())
        conditions = (_Condition * len(row["when"]))(*(_Condition(*when) for when in row["when"]))
        action = ctypes.c_uint32(_ERRNO | row["errno"])
        failed = library.seccomp_rule_add_array(context, action, number, len(conditions), conditions)
        if failed:
            raise OSError(-failed, f"seccomp cannot deny {row['call']}: {os.strerror(-failed)}")
    failed = library.seccomp_load(context)
    if failed:
        raise OSError(-failed, f"seccomp: {os.strerror(-failed)}")
    library.seccomp_release(context)


class _Condition(ctypes.Structure):
    """`struct scmp_arg_cmp`: number of the argument, comparison, two operands."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("comparison", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


class _PathRule(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def _close_input_and_strangers(keep: Sequence[int]) -> None:
    reading, writing = os.pipe()
    os.dup2(reading, 0)
    start = 3
    for descriptor in [*sorted(keep), _MOST_FDS]:
        os.closerange(start, descriptor)
        start = descriptor + 1
    del writing  # closed with the rest


def _limit(which: int, soft: int, hard: int) -> None:
    born = resource.getrlimit(which)[1]
    most = hard if born == resource.RLIM_INFINITY else min(hard, born)
    resource.setrlimit(which, (min(soft, most), most))


def _hold(paths: Sequence[str]) -> dict[str, int]:
    """Descriptors of those that exist: the user to be may not reach them by their names."""
    return {path: os.open(path, os.O_PATH) for path in paths if os.path.exists(path)}


def _become(uid: int, held: Mapping[str, int]) -> None:
    """Stop being root, for good. Modules are imported by descriptor where their folder is out of the user's reach."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if not all(os.access(path, os.R_OK | os.X_OK) for path in sys.path if path in held):
        _prctl(_PR_SET_DUMPABLE, 1)  # else /proc/self belongs to root
        folders = {path: _by_number(held[path]) for path in sys.path if path in held}
        sys.path[:] = folders.values()
        for module in list(sys.modules.values()):
            for path, folder in folders.items():
                if hasattr(module, "__path__"):
                    module.__path__ = [place.replace(path, folder) for place in module.__path__]


def _by_number(descriptor: int) -> str:
    return f"/proc/self/fd/{descriptor}"


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise OSError(ctypes.get_errno(), f"prctl {option}: {os.strerror(ctypes.get_errno())}")


def _syscall(number: int, *arguments: Any) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(libc.syscall(ctypes.c_long(number), *wide))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock (system call {number}): {os.strerror(code)}")
    return result


if __name__ == "__main__":
    main()
