"""A small file of each format, written by hand after its published schema. All texts are ours."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]

QUESTION = "What is 2 + 2?"
OTHER = "What is 3 * 5?"

PUBLISHED = [  # results/…/*-BoN_256samples-*.jsonl of False-Positives-in-Math
    {"id": 0, "problem": QUESTION, "ground_truth": 4, "solution": "So \\boxed{4}.", "false_positive": False},
    {"id": 7, "problem": OTHER, "ground_truth": 15, "solution": "Guess \\boxed{15}.", "false_positive": True},
]
BENCHMARK = [  # false_positive_detection_benchmark.jsonl: no id, the model in `source`
    {"problem": QUESTION, "ground_truth": 4, "solution": "\\boxed{4}", "false_positive": False, "source": "A-BoN"},
    {"problem": OTHER, "ground_truth": "15", "solution": "\\boxed{15}", "false_positive": True, "source": "B-SC"},
    {
        "problem": QUESTION,
        "ground_truth": 4,
        "solution": "2 + 2 is \\boxed{4}",
        "false_positive": False,
        "source": "B-SC",
    },
]
ANALYSIS = [  # correct_false_positive_incorrect_*.jsonl: label 0 sound, 1 false positive, 2 wrong
    {"id": 0, "problem": QUESTION, "ground_truth": 4, "solution": "\\boxed{4}", "label": 0},
    {"id": 0, "problem": QUESTION, "ground_truth": 4, "solution": "Hm, \\boxed{4}", "label": 1},
    {"id": 0, "problem": QUESTION, "ground_truth": 4, "solution": "\\boxed{5}", "label": 2},
]
TYPES = [  # false_positive_types.jsonl
    {
        "id": 0,
        "problem": QUESTION,
        "ground_truth": 4,
        "solution": "\\boxed{4}",
        "false_positive_type": 2,
        "source": "A",
    },
]
PASS_AT_4 = [  # Qwen72B-Pass_at_N_4samples.jsonl: the accepted ones of the first N, one label for all
    {
        "id": 0,
        "problem": QUESTION,
        "ground_truth": 4,
        "solution": ["a \\boxed{4}", "b \\boxed{4}"],
        "false_positive": True,
    },
    {"id": 7, "problem": OTHER, "ground_truth": 15, "solution": ["\\boxed{15}"], "false_positive": False},
]

PROBLEMS = [
    {"pid": "SUMS/0", "dataset": "SUMS", "problem": QUESTION, "answer": "4", "level": 1},
    {"pid": "SUMS/1", "dataset": "SUMS", "problem": OTHER, "answer": "15", "level": 2},
]
SPLIT = [
    {"sol_id": "s_1", "pid": "SUMS/0", "label": "sound", "fp_type": None, "models": ["A"], "solution": "\\boxed{4}"},
    {
        "sol_id": "s_2",
        "pid": "SUMS/0",
        "label": "false_positive",
        "fp_type": "logical_error",
        "models": ["A", "B"],
        "solution": "Hm, \\boxed{4}",
    },
    {
        "sol_id": "s_3",
        "pid": "SUMS/1",
        "label": "wrong_answer",
        "fp_type": None,
        "models": ["B"],
        "solution": "\\boxed{8}",
    },
]


def accepted(name: str, place: int, label: str | None = None) -> Row:
    return {
        "sol_id": name,
        "in_first_4": place < 4,
        "in_first_16": place < 16,
        "individual_label": label,
        "solution": f"{name}: \\boxed{{4}}",
    }


POOLS = [
    {
        "pid": "SUMS/0",
        "n": 20,
        "c4": 1,
        "c16": 3,
        "c64": 4,
        "all_false_positive": {"4": False, "16": False, "20": False},
        "correct_solutions": [accepted("a", 0, "sound"), accepted("b", 4), accepted("c", 5), accepted("d", 17)],
    },
    {
        "pid": "SUMS/1",
        "n": 20,
        "c4": 0,
        "c16": 0,
        "c64": 0,
        "all_false_positive": {"4": None, "16": None, "20": None},
        "correct_solutions": [],
    },
]

PROCESSBENCH = [  # ProcessBench: label is the first wrong step from 0, or -1
    {
        "id": "sums-0",
        "generator": "A-7B",
        "problem": QUESTION,
        "steps": ["Two and two.", "That is \\boxed{4}."],
        "final_answer_correct": True,
        "label": -1,
    },
    {
        "id": "sums-1",
        "generator": "A-7B",
        "problem": OTHER,
        "steps": ["3 * 5 = 18.", "So \\boxed{18}."],
        "final_answer_correct": False,
        "label": 0,
    },
]


def rated(text: str, rating: int | None) -> Row:
    return {"text": text, "rating": rating, "flagged": False}


PRM800K = [
    {  # phase 1: the labeler's path through alternatives
        "labeler": "abc",
        "timestamp": "2022-07-17T16:56:51.323252",
        "generation": None,
        "is_quality_control_question": False,
        "is_initial_screening_question": False,
        "question": {"problem": QUESTION, "ground_truth_answer": "4"},
        "label": {
            "steps": [
                {
                    "completions": [rated("Two and three.", -1), rated("Two and two.", 1)],
                    "human_completion": None,
                    "chosen_completion": 1,
                },
                {"completions": [], "human_completion": rated("That is 4.", None), "chosen_completion": None},
            ],
            "total_time": 1000,
            "finish_reason": "solution",
        },
    },
    {  # phase 2: a solution made before, rated up to its first error
        "labeler": "def",
        "timestamp": "2022-09-20T00:00:00",
        "generation": 9,
        "is_quality_control_question": False,
        "is_initial_screening_question": False,
        "question": {
            "problem": QUESTION,
            "ground_truth_solution": "Count.",
            "ground_truth_answer": "4",
            "pre_generated_steps": ["Two and two.", "That is 5.", "# Answer\n\n5"],
            "pre_generated_answer": "5",
            "pre_generated_verifier_score": 0.1,
        },
        "label": {
            "steps": [
                {"completions": [rated("Two and two.", 1)], "human_completion": None, "chosen_completion": 0},
                {"completions": [rated("That is 5.", -1)], "human_completion": None, "chosen_completion": None},
            ],
            "total_time": 900,
            "finish_reason": "found_error",
        },
    },
]

PRMBENCH = [
    {
        "idx": "prm_0",
        "classification": kind,
        "question": QUESTION,
        "modified_question": question,
        "original_process": ["Two and two.", "So \\boxed{4}."],
        "modified_process": ["Two and two.", "Surely 5.", "So \\boxed{5}."],
        "modified_steps": [2],
        "error_steps": steps,
        "reason": "Step 2 is wrong.",
    }
    for kind, question, steps in (("confidence", QUESTION, [2, 3]), ("missing_condition", "What is 2 + ?", [2, 9]))
]


def lm_eval_row(number: int, looked: str, answer: str, score: float, texts: list[str]) -> Row:
    return {
        "doc_id": number,
        "doc": {"question": (QUESTION, OTHER)[number], "answer": "Reason. #### 4"},
        "target": ("4", "15")[number],
        "arguments": {"gen_args_0": {"arg_0": f"Question: {number}", "arg_1": {"until": ["\n\n"]}}},
        "resps": [texts],
        "filtered_resps": [answer],
        "filter": looked,
        "metrics": ["exact_match"],
        "doc_hash": "0a",
        "prompt_hash": "0b",
        "target_hash": "0c",
        "exact_match": score,
    }


LM_EVAL = [
    lm_eval_row(0, "strict-match", "[invalid]", 0.0, ["It is \\boxed{4}."]),
    lm_eval_row(0, "flexible-extract", "4", 1.0, ["It is \\boxed{4}."]),
    lm_eval_row(1, "strict-match", "8", 0.0, ["It is \\boxed{8}."]),
    lm_eval_row(1, "flexible-extract", "8", 0.0, ["It is \\boxed{8}."]),
]

LIGHTEVAL = [  # rows of details_TASK_TIME.parquet
    {
        "__doc__": {
            "query": QUESTION,
            "choices": ["4"],
            "gold_index": [0],
            "id": "0",
            "task_name": "sums",
            "instruction": None,
        },
        "__model_response__": {
            "text": ["\\boxed{4}", "\\boxed{5}"],
            "output_tokens": [[1, 2, 3], [4, 5]],
            "input": QUESTION,
        },
        "__metric__": {"pass@k": 0.5},
    },
    {
        "__doc__": {
            "query": OTHER,
            "choices": ["14", "15"],
            "gold_index": [1],
            "id": "1",
            "task_name": "sums",
            "instruction": None,
        },
        "__model_response__": {"text": ["\\boxed{15}"], "output_tokens": [[7]], "input": OTHER},
        "__metric__": {"pass@k": 1.0},
    },
]

INSPECT: Row = {
    "version": 2,
    "status": "success",
    "eval": {
        "task": "sums",
        "model": "mock/model",
        "created": "2026-01-01T00:00:00+00:00",
        "dataset": {"name": "sums"},
    },
    "samples": [
        {
            "id": 1,
            "epoch": 1,
            "input": QUESTION,
            "target": "4",
            "messages": [],
            "output": {
                "model": "mock/model",
                "choices": [{"message": {"role": "assistant", "content": "\\boxed{4}"}, "stop_reason": "stop"}],
                "usage": {"input_tokens": 9, "output_tokens": 5, "total_tokens": 14},
            },
            "scores": {"match": {"value": "C", "answer": "4", "explanation": "…"}},
            "metadata": {"level": 1},
        },
        {
            "id": 1,
            "epoch": 2,
            "input": [{"role": "system", "content": "Think."}, {"role": "user", "content": "attachment://0a0a"}],
            "target": ["4"],
            "messages": [],
            "output": {
                "model": "mock/model",
                "choices": [
                    {
                        "message": {
                            "role": "assistant",
                            "content": [
                                {"type": "reasoning", "reasoning": "Say \\boxed{9}."},
                                {"type": "text", "text": "No: \\boxed{5}"},
                            ],
                        },
                        "stop_reason": "max_tokens",
                    }
                ],
            },
            "scores": {"match": {"value": "I", "answer": "5"}},
            "attachments": {"0a0a": QUESTION},
            "metadata": {"level": 1},
        },
    ],
}

OWN = [
    {
        "problem_id": "q0",
        "question": QUESTION,
        "gold": "4",
        "source": "sums.jsonl",
        "extra": {"level": 1},
        "kind": kind,
        "number": number,
        "subthought": None,
        "text": text,
        "continues": continues,
        "finish_reason": "stop",
        "tokens": 7,
        "answer": "4",
        "outcome": "right",
        "reason": "boxed",
        "votes": kind != "trace",
        "keys": ["0a"],
        "label": None,
    }
    for kind, number, text, continues in (
        ("trace", 0, "Well. So \\boxed{4}.", 0),
        ("continuation", 0, "Then \\boxed{5}.", 6),
        ("continuation", 1, "Or \\boxed{4}.", 6),
    )
]


def lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def document(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def archive(path: Path, log: Mapping[str, Any] = INSPECT, **more: str) -> Path:
    """An inspect log as it stands on disk by default."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("header.json", json.dumps({name: part for name, part in log.items() if name != "samples"}))
        for sample in log["samples"]:
            packed.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
        for name, text in more.items():
            packed.writestr(name, text)
    return path


def zstandard(path: Path, pyarrow: Any) -> Path:
    """The log as inspect_ai writes it now: its members compressed by method 93, which `zipfile` cannot write before Python 3.14."""
    with zipfile.ZipFile(archive(path)) as plain:
        members = {name: plain.read(name) for name in plain.namelist()}
    body, directory = b"", b""
    for name, content in members.items():
        packed = pyarrow.compress(content, codec="zstd", asbytes=True)
        sizes = (zlib.crc32(content), len(packed), len(content), len(name), 0)
        common = struct.pack("<HHHHHLLLHH", 63, 0, 93, 0, 33, *sizes)
        directory += b"PK\x01\x02\x3f\x00" + common + struct.pack("<HHHLL", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\x03\x04" + common + name.encode() + packed
    end = struct.pack("<HHHHLLH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    path.write_bytes(body + directory + b"PK\x05\x06" + end)
    return path


# format, rows, name of the file that holds them: of all that is text; tests of torn and changed rows run over it
TEXTS: dict[str, tuple[str, list[Row]]] = {
    "false-positives": ("BoN_256samples.jsonl", PUBLISHED),
    "false-positives-split": ("solutions.jsonl", SPLIT),
    "false-positives-pools": ("pass_at_n.jsonl", POOLS),
    "processbench": ("sums.jsonl", PROCESSBENCH),
    "prm800k": ("phase1_train.jsonl", PRM800K),
    "prmbench": ("prmtest.jsonl", PRMBENCH),
    "lm-eval": ("samples_sums_2026-01-01T00-00-00.000000.jsonl", LM_EVAL),
    "jsonl": ("run.jsonl", OWN),
}


def write(name: str, folder: Path, rows: Iterable[Mapping[str, Any]] | None = None) -> Path:
    """The file of a format that is text, with other rows where they are given."""
    file, own = TEXTS[name]
    lines(folder / "problems.jsonl", PROBLEMS)
    return lines(folder / file, own if rows is None else rows)
