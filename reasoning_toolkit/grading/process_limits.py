"""What a child process of the grader may use at most, even when its caller is gone."""

from __future__ import annotations

import resource


def limit_memory(most_bytes: int) -> None:
    """Address space of this process from now on; a stricter limit that it was born with stays."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    known = [limit for limit in (most_bytes, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(known), hard))


def allow_cpu_time(seconds: int) -> None:
    """CPU time that this process may still use; past it the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    limit = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
