# pyright: basic, reportMissingImports=false
"""All that a training run needs, packed on one machine and carried to another: examples, base encoder and starting weights.

    turnsql train pack --data DATA --out kit
    turnsql train compact --kit kit --out runs/gpu

A machine with a GPU is often lent for minutes, without data sets and without a network: examples are built before.
"""

from __future__ import annotations

import json
import lzma
import os
import pickle
import shutil
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from safetensors.torch import load_file, save_file

from training.compact.config import CompactConfig
from training.compact.dataset import Built, build_examples
from training.compact.examples import Example
from training.compact.pretrained import base_folder
from training.kept_examples import read_own
from training.settings import TrainingError
from value_index.files.atomic_file import write_atomically

AT_ONCE = 1000
"""Examples compressed together."""
PART = 60
"""Megabytes of a part, at most, unless told otherwise."""
MANIFEST, ENCODER, START = "kit.json", "encoder", "start"


def pack(
    config: CompactConfig,
    data: Path,
    out: Path,
    *,
    base: str | None = None,
    start: Path | None = None,
    part: int = PART,
) -> Path:
    """Build the examples of a run and write them with the encoder and the weights to start from.

    Args:
        data: the folder that holds cosql_dataset, spider_data ...
        out: a new folder; what a killed call left there is used again.
        start: an exported planner to begin with.
        part: megabytes of a file, at most.

    Returns:
        The folder.

    Raises:
        TrainingError: `out` holds something else, or `start` is no file.
    """
    if (out / MANIFEST).exists():
        raise TrainingError(f"{out} is packed already: say another --out")
    if out.exists() and any(each.name != "examples" for each in out.iterdir()):
        raise TrainingError(f"{out} is not empty: say another --out")
    if start is not None and not start.is_file():
        raise TrainingError(f"nothing to start from: {start} is no exported planner")
    console, folder = Console(stderr=True), base_folder(base)
    built = build_examples(
        config, data, folder, out / "examples", workers=torch.get_num_threads(), console=console
    )  # fmt: skip
    size = 0
    files: dict[str, str] = {}
    number = -1
    for chunk in track(list(_chunks(built.examples)), "packing", console=console):
        packed = lzma.compress(pickle.dumps(chunk), preset=1)
        if number < 0 or size + len(packed) > part * 1_000_000:
            number, size = number + 1, 0
        name, size = f"part-{number:02d}/{len(files):04d}.xz", size + len(packed)
        (out / name).parent.mkdir(exist_ok=True)
        write_atomically(out / name, packed)
        files[name] = sha256(packed).hexdigest()
    _pack_encoder(folder, out / ENCODER)
    if start is not None:
        (out / START).mkdir(exist_ok=True)
        shutil.copyfile(start, out / START / start.name)
    about = {
        "config": config.model_dump(mode="json"), "examples": len(built.examples), "counts": dict(built.counts),
        "rows_sha256": built.rows_sha256, "files": files,
    }  # fmt: skip
    shutil.rmtree(out / "examples")
    write_atomically(out / MANIFEST, json.dumps(about, indent=1).encode())
    return out


def open_kit(kit: Path) -> tuple[CompactConfig, Built, str, Path | None]:
    """Return the settings, the examples, the folder of the encoder, and the weights to start from, if any.

    Raises:
        TrainingError: The kit is not whole, or another user's: what it holds would be run.
    """
    path = kit / MANIFEST
    if not path.exists():
        raise TrainingError(f"{kit} is no kit: there is no {MANIFEST}; turnsql train pack makes one")
    about = json.loads(path.read_text(encoding="utf-8"))
    examples: list[Example] = []
    for name, digest in about["files"].items():
        if not (kit / name).exists():
            raise TrainingError(f"{kit / name} is missing: carry every part")
        packed = read_own(kit / name)
        if sha256(packed).hexdigest() != digest:
            raise TrainingError(f"{kit / name} is not what was packed: carry it again")
        examples += pickle.loads(lzma.decompress(packed))
    start = next(iter(sorted((kit / START).glob("*"))), None)
    built = Built(examples, Counter(about["counts"]), about["rows_sha256"])
    return CompactConfig.model_validate(about["config"]), built, os.fspath(kit / ENCODER), start


def _chunks(examples: list[Example]) -> Iterator[list[Example]]:
    for at in range(0, len(examples), AT_ONCE):
        yield examples[at : at + AT_ONCE]


def _pack_encoder(folder: Path, out: Path) -> None:
    """Write the encoder in half precision, with its tokenizer: 45 MB."""
    out.mkdir(exist_ok=True)
    shutil.copyfile(folder / "tokenizer.json", out / "tokenizer.json")
    weights = {name: value.half() for name, value in load_file(folder / "model.safetensors").items()}
    save_file(weights, out / "model.safetensors")
