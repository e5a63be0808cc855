"""The named problem sets of the Hugging Face hub, each at a pinned revision.

A new set is one row: the commit its files are read at (40 hexadecimal digits, never a branch) and how its columns are
called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemSet:
    """One named set.

    Attributes:
        name: what the user types, and the stem of its file in a data folder.
        repository: data set repository of the hub.
        revision: commit of that repository.
        files: read one after the other.
        columns: our names to theirs where they are not the defaults of `rows.DEFAULT_COLUMNS`.
        description: one line.
        licence: as the repository or the original release declares it.
    """

    name: str
    repository: str
    revision: str
    files: tuple[str, ...]
    columns: Mapping[str, str]
    description: str
    licence: str


_GSM8K_REVISION = "740312add88f781978c0658806c59bc2815b9866"

_ROWS = (
    ProblemSet(
        name="gsm8k",
        repository="openai/gsm8k",
        revision=_GSM8K_REVISION,
        files=("main/test-00000-of-00001.parquet",),
        columns={},
        description="grade-school word problems, test split (1,319)",
        licence="MIT",
    ),
    ProblemSet(
        name="gsm8k_train",
        repository="openai/gsm8k",
        revision=_GSM8K_REVISION,
        files=("main/train-00000-of-00001.parquet",),
        columns={},
        description="grade-school word problems, train split (7,473)",
        licence="MIT",
    ),
    ProblemSet(
        name="gsm_hard",
        repository="reasoning-machines/gsm-hard",
        revision="960448f73503112d4226baeb8eb41d3fb5ae2506",
        files=("gsmhardv2.jsonl",),
        columns={"question": "input", "answer": "target"},
        description="GSM8K's test split with large numbers put in (1,319)",
        licence="MIT",
    ),
    ProblemSet(
        name="humaneval",
        repository="openai/openai_humaneval",
        revision="7dce6050a7d6d172f3cc5c32aa97f52fa1a2e544",
        files=("openai_humaneval/test-00000-of-00001.parquet",),
        columns={},
        description="Python functions to complete, checked by tests in a sandbox (164)",
        licence="MIT",
    ),
    ProblemSet(
        name="math500",
        repository="HuggingFaceH4/MATH-500",
        revision="6e4ed1a2a79af7d8630a6b768ec859cb5af4d3be",
        files=("test.jsonl",),
        columns={"id": "unique_id"},
        description="competition mathematics, the 500 held-out problems of PRM800K",
        licence="MIT",
    ),
    ProblemSet(
        name="aime24",
        repository="HuggingFaceH4/aime_2024",
        revision="2fe88a2f1091d5048c0f36abc874fb997b3dd99a",
        files=("data/train-00000-of-00001.parquet",),
        columns={},
        description="AIME 2024, I and II (30)",
        licence="(c) Mathematical Association of America",
    ),
    ProblemSet(
        name="aime25",
        repository="math-ai/aime25",
        revision="563bb8404243c5f09de6ec262f2db674fe5bce9b",
        files=("test.jsonl",),
        columns={},
        description="AIME 2025, I and II (30)",
        licence="(c) Mathematical Association of America",
    ),
    ProblemSet(
        name="aime26",
        repository="math-ai/aime26",
        revision="79037aebdb6580008fb960d17cb21fd3099083e3",
        files=("aime2026.jsonl",),
        columns={},
        description="AIME 2026, I and II (30)",
        licence="(c) Mathematical Association of America",
    ),
    ProblemSet(
        name="amc23",
        repository="math-ai/amc23",
        revision="80815d37005feb82cd7f8fbc6901d5d3eff43057",
        files=("test-00000-of-00001.parquet",),
        columns={},
        description="AMC 12 of 2023 with integer answers (40)",
        licence="(c) Mathematical Association of America",
    ),
    ProblemSet(
        name="svamp",
        repository="ChilleD/SVAMP",
        revision="5e0bf1e5e7c0e9c4bc39180d224f41f3f801b7ef",
        files=("train.json", "test.json"),
        columns={"question": "Body+Question", "answer": "Answer", "id": "ID"},
        description="one-step word problems with distractors, the whole challenge set (1,000)",
        licence="MIT",
    ),
    ProblemSet(
        name="mawps_multiarith",
        repository="ChilleD/MultiArith",
        revision="144d44c3fb87c0b9097ac9593c789e716a282e3e",
        files=("train.json", "test.json"),
        columns={"answer": "final_ans"},
        description="multi-step arithmetic word problems of MAWPS (600)",
        licence="not stated",
    ),
)

PROBLEM_SETS: Mapping[str, ProblemSet] = {row.name: row for row in _ROWS}
