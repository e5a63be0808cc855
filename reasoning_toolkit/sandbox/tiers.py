"""The ways to run a program that nobody has read, strongest first, and the command line of each.

    A+B     bubblewrap around the jail
    A       bubblewrap: a file system of its own that holds Python alone, no network, no other process (namespaces)
    B       the jail (`jail.py`): Landlock and seccomp from inside the process; needs no privilege, so it works in plain containers
    unsafe  neither: resource limits alone. Never chosen, only asked for

In every tier the program has the limits of `Limits`, an environment and descriptors of its own, another user than root, no way
to new privileges, and no place to write to.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reasoning_toolkit.errors import SandboxError, unknown

NOBODY = 65534  # the user that owns nothing, where this process is root
UNSAFE = "unsafe"
ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
_JAIL = Path(__file__).with_name("jail.py")
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache")


@dataclass(frozen=True, slots=True)
class Tier:
    """One way to run a program."""

    name: str
    bubblewrap: bool
    jail: bool


TIERS: Mapping[str, Tier] = {
    row.name: row
    for row in (
        Tier("A+B", bubblewrap=True, jail=True),
        Tier("A", bubblewrap=True, jail=False),
        Tier("B", bubblewrap=False, jail=True),
        Tier(UNSAFE, bubblewrap=False, jail=False),
    )
}


def find_tier(name: str) -> Tier:
    """The row of a tier.

    Raises:
        UsageError: there is none of this name.
    """
    if name not in TIERS:
        raise unknown("sandbox tier", name, TIERS)
    return TIERS[name]


def command_of(tier: Tier) -> list[str]:
    """The command that waits for a job on standard input (`jail.py`).

    Not ``-I``, which would ignore PYTHONHASHSEED as well; the environment is ours, so nothing else of it could interfere.

    Raises:
        SandboxError: bubblewrap is needed and not installed.
    """
    python = [_interpreter(), "-P", "-s", "-S", "-B"]
    return [*_bubblewrap(), *python, "/jail.py"] if tier.bubblewrap else [*python, str(_JAIL)]


def readable_paths() -> list[str]:
    """What a program may read: the standard library of this Python and the shared libraries of the system."""
    own = str(Path(sys.base_prefix) / "lib")
    return [path for path in dict.fromkeys((own, *_LIBRARIES)) if os.path.exists(path)]


def _bubblewrap() -> list[str]:
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxError("bubblewrap (bwrap) is not installed")
    own_user = [] if os.geteuid() == 0 else ["--unshare-user"]  # root needs none, and becomes another user in the jail
    paths = [*readable_paths(), _interpreter()]
    parents = sorted({str(parent) for path in paths for parent in Path(path).parents} - {"/"})
    folders = [
        part for folder in parents for part in ("--perms", "0755", "--dir", folder)
    ]  # else for their owner alone
    binds = [part for path in paths for part in ("--ro-bind", path, path)]
    return [
        found,
        *own_user,
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
        *("--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL"),
        *(("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID") if not own_user else ()),
        *folders,
        *binds,
        *("--ro-bind", str(_JAIL), "/jail.py", "--remount-ro", "/", "--chdir", "/", "--"),
    ]


def _interpreter() -> str:
    """The interpreter itself, not the link of a virtual environment."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))
