"""What a program may use at most."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one program.

    The harness of HumanEval (github.com/openai/human-eval, execution.py) allows 3 s and, by default, any memory; its solutions take
    under 0.1 s. The wider limits here keep a busy machine from deciding a verdict.

    Attributes:
        wall_seconds: then every process of it is killed.
        cpu_seconds: of one process (RLIMIT_CPU).
        memory_bytes: address space of one process (RLIMIT_AS).
        open_files: descriptors (RLIMIT_NOFILE).
        processes: and threads (RLIMIT_NPROC). The kernel counts all that a user has, so this holds where the sandbox has a user of its
            own: in bubblewrap, or where this process is root. Elsewhere the jail starts no process, and memory limits its threads.
        output_bytes: of standard output, and of standard error; past it the program is killed. Both are files without a name, so
            this is RLIMIT_FSIZE; no tier lets any other file be written.
    """

    wall_seconds: float = 10.0
    cpu_seconds: int = 5
    memory_bytes: int = 1 << 30
    open_files: int = 64
    processes: int = 64
    output_bytes: int = 64 << 10

    def rlimits(self, *, own_user: bool) -> dict[str, tuple[int, int]]:
        """The kernel's limits, soft and hard, by their names in `resource`; no core file either.

        The soft limit on CPU time ends a program with a signal of its own, so that its end can be told from others.

        Args:
            own_user: the program's user has no other processes.
        """
        both = {
            "RLIMIT_AS": self.memory_bytes,
            "RLIMIT_FSIZE": self.output_bytes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CORE": 0,
        }
        if own_user:
            both["RLIMIT_NPROC"] = self.processes
        return {"RLIMIT_CPU": (self.cpu_seconds, self.cpu_seconds + 1)} | {n: (v, v) for n, v in both.items()}


USUAL = Limits()
