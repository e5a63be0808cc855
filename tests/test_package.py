"""The house as a whole: what an import costs, that every module stands alone, that nothing private is in the tree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for p in (ROOT / "reasoning_toolkit").rglob("*.py")
    if p.name != "__main__.py"
)
FUNCTIONS_OF_TENSORS = {  # they import torch and nothing else that is heavy; the tables beside them import none
    name
    for name in MODULES
    if name.startswith("reasoning_toolkit.training.objectives.")
    and name.rpartition(".")[2] not in {"table", "objective", "online", "offline"}
}
HEAVY = {
    "torch",
    "vllm",
    "transformers",
    "trl",
    "datasets",
    "ray",
    "sympy",
    "pandas",
    "scipy",
    "pyarrow",
    "math_verify",
    "openai",
}
FOUNDATION = {"errors", "disk", "lazy"}
PIPELINE = FOUNDATION | {"stats", "problems", "engines", "scoring", "grading", "runs", "reports"}
DOWN: dict[str, set[str]] = {  # which rooms a room may import; an arrow only points down
    "errors": set(),
    "disk": {"errors"},
    "lazy": {"errors"},
    "problems": {"errors", "lazy"},
    "stats": {"errors"},
    "engines": {"errors", "lazy"},
    "scoring": {"errors", "lazy", "problems", "engines"},
    "grading": {"errors", "lazy"},
    "sandbox": {"errors"},
    "runs": FOUNDATION | {"problems", "engines"},
    "reports": {"errors", "disk"},
    "subthought": PIPELINE | {"sandbox"},
    "audit": PIPELINE,
    "prompts": PIPELINE | {"sandbox"},
    "exchange": FOUNDATION | {"problems", "engines", "grading", "runs", "subthought"},
    "training": {"errors", "lazy", "stats"},
}


def test_every_module_imports_alone_and_light() -> None:
    """Each in a fresh interpreter would take a minute; one interpreter that forgets the package between imports shows the same."""
    code = (
        "import importlib, sys\n"
        f"for names in {[sorted(set(MODULES) - FUNCTIONS_OF_TENSORS), sorted(FUNCTIONS_OF_TENSORS)]!r}:\n"
        "    for name in names:\n"
        "        for loaded in [m for m in sys.modules if m.startswith('reasoning_toolkit')]:\n"
        "            del sys.modules[loaded]\n"
        "        importlib.import_module(name)\n"
        f"    print(sorted({HEAVY!r} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == ["[]", "['torch']"]


def test_every_room_has_its_row() -> None:
    rooms = {folder.parent.name for folder in (ROOT / "reasoning_toolkit").glob("*/__init__.py")} - {"cli"}
    assert rooms | FOUNDATION == DOWN.keys()


@pytest.mark.parametrize("room", DOWN)
def test_rooms_only_import_rooms_below(room: str) -> None:
    package = ROOT / "reasoning_toolkit"
    files = [*(package / room).rglob("*.py"), *package.glob(f"{room}.py")]
    assert files
    assert {target for path in files for target in rooms_imported(path)} - {room} <= DOWN[room]


def rooms_imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names |= {m.split(".")[1] for m in modules if m.startswith("reasoning_toolkit.")}
    return names


def test_public_functions_say_what_they_do() -> None:
    silent = []
    for path in (ROOT / "reasoning_toolkit").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{path} has no docstring"
        silent += [
            f"{path.name}:{node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert silent == ["run.py:problem_to_json", "run.py:problem_from_json"]


def test_no_registry_host_and_no_path_of_one_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    hosts = re.compile(r"py" + r"pi\.org|python" + r"hosted|npm" + r"js\.(org|com)|deb" + r"ian\.org")
    for name in tracked.stdout.splitlines():
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        assert not hosts.search(text), name


def test_no_two_test_files_have_one_name() -> None:
    """pytest takes two files of one name for one module."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)
