# pyright: basic, reportMissingImports=false
"""A pretrained model from a GGUF file: its weights, unpacked, as a folder that training and vLLM read."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import gguf  # noqa: F401  # pyright: ignore[reportUnusedImport]  # transformers reads GGUF files with it
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from training.settings import TrainingError
from value_index.files.folders import taken

PACKAGE = "package:"
GGUF = "model.gguf"
"""The file itself, beside the weights, for llama.cpp."""


def unpack_gguf(model: str, out: Path) -> Path:
    """Write the weights in full precision, with tokenizer and chat template, and return the folder.

    Raises:
        TrainingError: There is no such file or package, the file cannot be read, or `out` holds something.
    """
    source = gguf_file(model)
    if said := taken(out):
        raise TrainingError(said)
    named = {"pretrained_model_name_or_path": str(source.parent), "gguf_file": source.name}
    try:
        tokenizer = AutoTokenizer.from_pretrained(**named)
        config = AutoConfig.from_pretrained(**named)
        read = AutoModelForCausalLM.from_pretrained(**named, dtype=torch.float32)
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(f"cannot read {source}: {' '.join(str(error).split())[:200]}") from error
    # What was read from a quantised file refuses to be saved: the same weights in a model of the same shape do not.
    whole = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    whole.load_state_dict(read.state_dict())
    whole.generation_config = read.generation_config
    beside = out.with_name(out.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    whole.save_pretrained(beside)
    (beside / GGUF).symlink_to(source.resolve())
    tokenizer.save_pretrained(beside)
    if out.exists():
        out.rmdir()
    beside.replace(out)
    return out


def gguf_file(model: str) -> Path:
    """Return the file that is meant: a path, or the one GGUF file of an installed package.

    Raises:
        TrainingError: There is none, or more than one.
    """
    if not model.startswith(PACKAGE):
        if not Path(model).is_file():
            raise TrainingError(f"{model} is no file: give a GGUF file, or package:NAME")
        return Path(model)
    name = model.removeprefix(PACKAGE).replace("-", "_")
    found = importlib.util.find_spec(name)
    files = (
        [path for folder in (found.submodule_search_locations or ()) for path in Path(folder).glob("*.gguf")]
        if found
        else []
    )
    if len(files) != 1:
        raise TrainingError(
            f"{model}: {'not installed' if found is None else f'{len(files)} GGUF files in it'}, one is needed"
        )
    return files[0]
