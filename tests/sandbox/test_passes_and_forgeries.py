"""Right solutions pass, wrong ones fail with their reason, and nothing passes that solves nothing."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.sandbox import Limits
from reasoning_toolkit.sandbox import check as checking
from reasoning_toolkit.sandbox.check import check, check_all
from reasoning_toolkit.sandbox.completion import assemble
from reasoning_toolkit.sandbox.forgery import suspicious_names
from reasoning_toolkit.sandbox.harness import read_tests
from reasoning_toolkit.sandbox.run import CORES, Finished, Task
from tests.sandbox.problems import ADD, ROWS, SPREAD, program_of

HUMANEVAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "humaneval" / "HumanEval.jsonl.gz"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["task_id"])
def test_a_right_solution_passes(row: dict[str, str], tier: str) -> None:
    checked = check(program_of(row), row["canonical_solution"], tier=tier)
    assert (checked.passed, checked.why, checked.rule, checked.tier) == (True, "passed", "body", tier)


@pytest.mark.skipif(not HUMANEVAL.is_file(), reason="the data of HumanEval are not beside the repository")
def test_every_canonical_solution_of_humaneval_passes(tier: str) -> None:
    problems = load_problems(str(HUMANEVAL))
    with ThreadPoolExecutor(CORES) as threads:
        found = list(threads.map(lambda p: check(p.answer, p.extra["canonical_solution"], tier=tier), problems))
    assert [(p.id, c) for p, c in zip(problems, found, strict=True) if not c.passed] == []
    assert len(found) == 164


@pytest.mark.skipif(not HUMANEVAL.is_file(), reason="the data of HumanEval are not beside the repository")
def test_no_canonical_solution_is_suspicious_and_whole_functions_assemble() -> None:
    for problem in load_problems(str(HUMANEVAL)):
        prompt, name, _ = read_tests(problem.answer)
        assert prompt == problem.question
        assert name == problem.extra["entry_point"]
        whole = f"```python\n{prompt}\n{problem.extra['canonical_solution']}\n```"
        solution = assemble(prompt, name, whole)
        assert solution.rule == "fenced function"
        assert suspicious_names(solution.sources) == []


@pytest.mark.parametrize(
    ("completion", "why"),
    [
        ("    return x - y", "failed: AssertionError"),
        ("    return str(x + y)", "failed: AssertionError"),
        ("    return [x + y]", "failed: AssertionError"),
        ("    return x / (y - y)", "failed: ZeroDivisionError: division by zero"),
        ("    return undefined", "failed: NameError: name 'undefined' is not defined"),
        ("    return (", "failed: SyntaxError: '(' was never closed"),
        ("I do not know.", "failed: SyntaxError: invalid syntax"),
        ("```python\ndef sub(x, y):\n    return x + y\n```", "failed: AssertionError"),
        (
            "```python\ndef add(x):\n    return x\n```",
            "failed: TypeError: add() takes 1 positional argument but 2 were given",
        ),
        ("    return complex(x + y)", "failed: TypeError: a value of type complex cannot be compared"),
        ("    return bytearray(2 << 30)", "failed: MemoryError:"),
        ("    open('/etc/passwd')", "failed: "),
        ("    print('x' * 10**6)\n    return x + y", "output limit"),
    ],
)
def test_a_wrong_solution_fails_with_its_reason(completion: str, why: str) -> None:
    checked = check(program_of(ADD), completion)
    assert not checked.passed
    assert checked.why.startswith(why.rstrip()), checked


FORGERIES = {
    "equal to everything": "    class E:\n        def __eq__(self, other): return True\n    return E()",
    "equal to everything, a number": "    class E(int):\n        def __eq__(self, other): return True\n    return E()",
    "frames": "    import sys\n    f = sys._getframe()\n    while f:\n        f.f_globals.clear(); f = f.f_back\n    return 0",
    "frames of an exception": "    try: 1 / 0\n    except Exception as e:\n        f = e.__traceback__.tb_frame\n"
    "    while f.f_back: f = f.f_back\n    f.f_globals['proof'] = 1\n    return 0",
    "what is in memory": "    import gc\n    for o in gc.get_objects():\n"
    "        if isinstance(o, dict) and 'check' in o: o['check'] = print\n",
    "assertions turned off": "    import builtins\n    builtins.AssertionError = type('A', (), {})\n    return 0",
    "an early end": "    import os\n    os._exit(0)",
    "an early end by exception": "    raise SystemExit(0)",
    "an end as it is imported": "```\ndef add(x, y): return 0\nraise SystemExit(0)\n```",
    "another check": "```\ndef add(x, y): return 0\ndef check(candidate): pass\n```",
    "the harness' own result": "    print('passed')\n    return 0",
    "a reply by hand": "    import os\n    for fd in range(3, 30):\n        try: os.write(fd, b'{\"value\": true}\\n' * 9)\n"
    "        except OSError: pass\n    return 0",
    "no reply": "    import os\n    os.closerange(3, 30)\n    return 0",
    "a reply that is none": "    import os\n    for fd in range(3, 30):\n        try: os.write(fd, b'nonsense\\n' * 9)\n"
    "        except OSError: pass\n    return 0",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_pass_is_none(name: str, tier: str) -> None:
    checked = check(program_of(ADD), FORGERIES[name], tier=tier)
    assert not checked.passed
    assert checked.why != "passed"


@pytest.mark.parametrize("name", ["equal to everything", "equal to everything, a number"])
def test_the_forgery_is_real_where_solution_and_tests_share_an_interpreter(name: str) -> None:
    exec(f"{ADD['prompt']}{FORGERIES[name]}\n{ADD['test']}\ncheck(add)", {})


@pytest.mark.parametrize(
    "line",
    ["import gc", "import inspect as i", "from inspect import stack", "import sys; sys.settrace", "g = '_getframe'"],
)
def test_a_right_solution_that_holds_a_forger_s_name_is_suspicious(line: str) -> None:
    checked = check(program_of(ADD), f"    {line}\n    return x + y")
    assert not checked.passed
    assert checked.why.startswith("suspicious: ")


def test_names_that_only_look_alike_are_not_suspicious() -> None:
    assert suspicious_names(["gcd = 1\ninspector = 'gc and more'\ndef eq(a): return a\n# import gc"]) == []
    assert suspicious_names(["not Python ("]) == []


def test_large_values_cross(tier: str) -> None:
    tests = (
        "def f(xs):\n    ...\ndef check(candidate):\n    xs = list(range(50_000))\n    for _ in range(2):\n"
        "        assert candidate(xs) == xs[::-1]\ncheck(f)"
    )
    assert check(tests, "    return xs[::-1]", tier=tier).why == "passed"
    assert check(tests, "    xs.reverse()\n    return xs", tier=tier).why == "passed"  # an argument is passed by value


def test_results_are_compared_by_value_and_type() -> None:
    right = SPREAD["canonical_solution"]
    assert check(program_of(SPREAD), right).passed
    lists = right.replace("(i, width(g))", "[i, width(g)]")
    assert not check(program_of(SPREAD), lists).passed


def test_the_tests_use_the_prompt_s_helpers_not_the_solution_s() -> None:
    forged = "```\ndef width(xs):\n    return 0.0\ndef spread(groups):\n    return [(i, width(g)) for i, g in enumerate(groups)]\n```"
    assert not check(program_of(SPREAD), forged).passed


def test_many_completions_keep_their_order(tier: str) -> None:
    completions = [ADD["canonical_solution"], "    return 0", "    return y + x", "    return ("]
    assert [c.passed for c in check_all(program_of(ADD), completions, tier=tier)] == [True, False, True, False]
    assert check_all(program_of(ADD), [], tier=tier) == []


KILLED = Finished("", "", -signal.SIGKILL, "timeout", "B", 10.0)
SPUN = Finished("", "", -signal.SIGXCPU, "timeout", "B", 5.0)
WRONG = Finished("", "AssertionError", 1, "crashed", "B", 0.1)
SERVED = Finished("", "", 0, "done", "B", 0.1)


@pytest.mark.parametrize(
    ("ends", "attempts", "why"),
    [
        ([[KILLED, KILLED], [KILLED, KILLED]], 2, "timeout"),
        ([[KILLED, KILLED], [WRONG, SERVED]], 2, "failed: AssertionError"),
        ([[WRONG, SPUN]], 1, "timeout"),
        ([[SPUN, SERVED]], 1, "timeout"),
        ([[WRONG, SERVED]], 1, "failed: AssertionError"),
    ],
)
def test_what_the_clock_stopped_is_tried_once_more(
    ends: list[list[Finished]], attempts: int, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may have taken the machine; CPU time is its own."""
    coming = iter(ends)
    made: list[object] = []

    def run(tasks: list[Task], *_: object) -> list[Finished]:
        made.append(tasks)
        for descriptor in {d for task in tasks for d in task.descriptors}:
            os.close(descriptor)
        return next(coming)

    monkeypatch.setattr(checking, "run_together", run)
    assert check(program_of(ADD), "    return 0", tier="unsafe").why == why
    assert len(made) == attempts


def test_a_solution_that_sleeps_is_stopped_by_the_clock(tier: str) -> None:
    checked = check(program_of(ADD), "    import time; time.sleep(60)", tier=tier, limits=Limits(wall_seconds=0.3))
    assert (checked.passed, checked.why) == (False, "timeout")


@pytest.mark.parametrize(
    "tests",
    [
        "",
        "4",
        "check(add)",
        "def add(x):\n    pass",
        "def add(x):\n    pass\ncheck(sub)",
        "def add(x:\ncheck(add)",
        "\x00\ncheck(f)",
    ],
)
def test_program_of_another_form_are_refused(tests: str) -> None:
    with pytest.raises(DataError, match="expected tests that define a function") as caught:
        check(tests, "    return 1")
    assert "HumanEval" in str(caught.value.hint)
