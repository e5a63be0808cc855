"""The system calls that the jail refuses: what could reach another process, the network, or outlast the program.

Files are closed by Landlock, which does not cover what changes a file's owner, mode, times or attributes; those calls are here.
A call that a C library may lack of its own accord fails with ENOSYS, so that the library takes another way.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Any

_NOT_EQUAL, _EQUAL, _MASKED_EQUAL = 1, 4, 7  # enum scmp_compare
_CLONE_THREAD = 0x00010000
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
_PR_SET_PDEATHSIG = 1

_GROUPS = (
    # the network; a pair of sockets is refused with it
    "socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg",
    # other programs and processes
    "fork vfork execve execveat kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal ptrace "
    "process_vm_readv process_vm_writev kcmp setpriority ioprio_set sched_setaffinity sched_setattr sched_setparam "
    "sched_setscheduler migrate_pages move_pages get_robust_list setpgid setsid",
    # memory and queues that outlast the process, or escape its limit
    "shmget shmat shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink memfd_create",
    # files: what Landlock leaves open
    "chmod fchmod fchmodat chown fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr lremovexattr "
    "fremovexattr utime utimes utimensat futimesat truncate open_by_handle_at name_to_handle_at "
    "inotify_init inotify_init1 fanotify_init",
    # large and rarely needed parts of the kernel
    "io_uring_setup io_uring_enter io_uring_register bpf perf_event_open userfaultfd keyctl add_key request_key "
    "personality modify_ldt lookup_dcookie quotactl syslog vhangup",
    # what needs privileges anyway
    "mount umount2 pivot_root chroot unshare setns init_module finit_module delete_module kexec_load kexec_file_load "
    "reboot swapon swapoff acct settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname iopl ioperm",
)
# Newer than some libseccomp in use; one number on every architecture (asm-generic/unistd.h).
_BY_NUMBER = {
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_open": 434,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "memfd_secret": 447,
    "process_mrelease": 448,
    "fchmodat2": 452,
    "setxattrat": 463,
    "removexattrat": 466,
    "open_tree_attr": 467,
    "file_setattr": 469,
}
_CLONE3 = 435


def denied_calls() -> list[dict[str, Any]]:
    """Rows for `jail.deny_system_calls`: ``call`` (name or number), ``errno``, ``when`` (argument, comparison, a, b)."""
    return list(_rows())


def _rows() -> Iterator[dict[str, Any]]:
    for name in " ".join(_GROUPS).split():
        yield _row(name)
    for number in _BY_NUMBER.values():
        yield _row(number)
    yield _row(_CLONE3, code=errno.ENOSYS)
    yield _row("clone", (0, _MASKED_EQUAL, _CLONE_THREAD, 0))  # a thread is let through, a process is not
    yield _row("prlimit64", (0, _NOT_EQUAL, 0, 0))  # limits of another process
    yield _row("prctl", (0, _EQUAL, _PR_SET_PDEATHSIG, 0))  # it would outlive its caller
    for command in (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX):  # signals by way of a descriptor
        yield _row("fcntl", (1, _EQUAL, command, 0))


def _row(call: str | int, *when: tuple[int, int, int, int], code: int = errno.EPERM) -> dict[str, Any]:
    return {"call": call, "errno": code, "when": when}
