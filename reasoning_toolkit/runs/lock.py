"""One process works on a run at a time.

A POSIX record lock: it dies with its holder, so a dead holder never blocks anyone, and a forked engine process does not inherit it. The
holder's host and pid stand in the file for the message to the second.
"""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

from reasoning_toolkit.disk import disk_error
from reasoning_toolkit.errors import RunLocked

_held: set[Path] = set()  # record locks do not exclude the process that holds them


class Lock:
    """Held from construction to `release`.

    Raises:
        RunLocked: another living process, or another part of this one, holds it.
        DiskError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        if self.path in _held:
            raise RunLocked(f"{path.parent} is already open in this process (pid {os.getpid()})")
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise disk_error(path, error) from error
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as error:  # what POSIX says where another holds it
            holder = os.read(self._file, 200).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            raise RunLocked(
                f"{path.parent} is being worked on by another process ({holder})",
                hint="wait for it, end it, or give another directory with --run",
            ) from error
        except OSError as error:  # a file system without locks
            os.close(self._file)
            raise disk_error(path, error) from error
        _held.add(self.path)
        try:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"pid {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        except OSError as error:
            self.release()
            raise disk_error(path, error) from error

    def release(self) -> None:
        """Let others work on the run."""
        if self.path in _held:
            _held.discard(self.path)
            os.close(self._file)
