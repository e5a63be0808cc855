"""The process that atheris fuzzes: ``python -m benchmarks.atheris_target FOLDER [libFuzzer options]``.

An input is UTF-8: a gold answer, `SEPARATOR`, and a text; without the separator it is both. LibFuzzer keeps in FOLDER what
reaches new code of the grader. An input that raises or breaks a property is kept as well, and the fuzzing goes on. The
sympy tier is answered "undecided": its process is out of the sight of coverage, and slow.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

SEPARATOR = "\x1f"
LONGEST = 2048


def pair_of(data: bytes) -> tuple[str, str]:
    """The gold answer and the text that an input stands for."""
    gold, separator, text = data.decode("utf-8", "replace").partition(SEPARATOR)
    return gold[:LONGEST], text[:LONGEST] if separator else gold[:LONGEST]


def main() -> None:
    """Fuzz; libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["reasoning_toolkit.grading"]):
        import reasoning_toolkit.grading.sympy_tier as sympy_tier
        from benchmarks.fuzz_checks import rule

    sympy_tier._worker.ask = lambda trees: {"undecided": "not asked"}  # type: ignore[method-assign]
    folder = Path(sys.argv[1])

    def test_one_input(data: bytes) -> None:
        try:
            broken = rule(*pair_of(data)).tier
        except Exception as error:
            broken = type(error).__name__
        if broken:
            (folder / f"found-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)

    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
