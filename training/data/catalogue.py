"""The data sets that the project knows: what each is for, under which licence, and where it comes from.

A role is a promise: only `train`, `context` and `synthetic` splits may enter a mix. Addresses were read off the source pages,
not tried from here; a source page is what counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from eval.datasets import DataError

Role = Literal["train", "context", "synthetic", "proxy", "harness", "evaluation", "north_star"]
TRAINABLE: frozenset[Role] = frozenset({"train", "context", "synthetic"})
MEANINGS: dict[Role, str] = {
    "train": "trains",
    "context": "strengthens following a conversation",
    "synthetic": "keeps a model from fitting simple layouts",
    "proxy": "the local measure, never trained on",
    "harness": "tests the execution harness, never trained on",
    "evaluation": "measures, never trained on",
    "north_star": "the benchmark aimed at, never trained on",
}
"""What each role means, in a few words."""


@dataclass(frozen=True)
class Split:
    """One official split."""

    role: Role
    rows: int
    """Turns or questions of the official file."""


@dataclass(frozen=True)
class Download:
    """One file of the official release."""

    url: str
    file: str
    """What it is called on disk."""
    unpack: bool = True
    """Whether it is a ZIP archive to be unpacked into the folder."""
    sha256: str = ""
    """The hash that its publisher gives; "" if none does. A server's own word is compared too."""


@dataclass(frozen=True)
class DataSet:
    """One data set."""

    title: str
    folder: str
    """The folder under the data folder, as the archive unpacks."""
    page: str
    licence: str
    dialect: str
    layout: str
    """What the folder must hold."""
    splits: dict[str, Split]
    downloads: tuple[Download, ...] = ()
    note: str = ""


_DRIVE = "https://drive.usercontent.google.com/download?export=download&confirm=t&id="
_BIRD = "https://bird-bench.oss-cn-beijing.aliyuncs.com/"
_HUB = "https://huggingface.co/datasets/"
_YALE = "CC BY-SA 4.0"

CATALOGUE: dict[str, DataSet] = {
    "cosql": DataSet(
        title="CoSQL",
        folder="cosql_dataset",
        page="https://yale-lily.github.io/cosql",
        licence=_YALE,
        dialect="sqlite",
        layout="tables.json, database/, sql_state_tracking/cosql_{split}.json",
        splits={"train": Split("train", 7343), "dev": Split("proxy", 1007)},
        downloads=(Download(f"{_DRIVE}1Y3ydpFiQQ3FC0bzdfy3groV95O_f1nXF", "cosql_dataset.zip"),),
    ),
    "sparc": DataSet(
        title="SParC",
        folder="sparc",
        page="https://yale-lily.github.io/sparc",
        licence=_YALE,
        dialect="sqlite",
        layout="tables.json, database/, {split}.json",
        splits={"train": Split("context", 9025), "dev": Split("evaluation", 1203)},
        downloads=(Download(f"{_DRIVE}1Uu7NMHTR1tdQw1t7bAuM7OPU4LElVKfg", "sparc.zip"),),
    ),
    "spider": DataSet(
        title="Spider",
        folder="spider_data",
        page="https://yale-lily.github.io/spider",
        licence=_YALE,
        dialect="sqlite",
        layout="tables.json, database/, train_spider.json, train_others.json, dev.json",
        splits={
            "train_spider": Split("train", 7000),
            "train_others": Split("train", 1659),
            "dev": Split("evaluation", 1034),
        },
        downloads=(Download(f"{_DRIVE}1403EGqzIDoHMdQF4c9Bkyl7dZLZ5Wt6J", "spider_data.zip"),),
    ),
    "bird": DataSet(
        title="BIRD",
        folder="bird",
        page="https://bird-bench.github.io/",
        licence="CC BY-SA 4.0",
        dialect="sqlite",
        layout="train/{train.json, train_tables.json, train_databases/}, dev_20240627/{dev.json, dev_tables.json, dev_databases/}",
        splits={"train": Split("train", 9428), "dev": Split("evaluation", 1534)},
        downloads=(Download(f"{_BIRD}train.zip", "train.zip"), Download(f"{_BIRD}dev.zip", "dev.zip")),
        note="the archives hold the databases as further ZIP files: unpack train_databases.zip and dev_databases.zip too",
    ),
    "bird_mini_dev": DataSet(
        title="BIRD mini-dev",
        folder="bird",
        page="https://github.com/bird-bench/mini_dev",
        licence="CC BY-SA 4.0",
        dialect="sqlite",
        layout="minidev/MINIDEV/{mini_dev_sqlite.json, dev_tables.json, dev_databases/}",
        splits={"mini_dev": Split("harness", 500)},
        downloads=(Download(f"{_BIRD}minidev.zip", "minidev.zip"),),
    ),
    "bird_interact": DataSet(
        title="BIRD-Interact Lite",
        folder="bird_interact",
        page="https://huggingface.co/datasets/birdsql/bird-interact-lite",
        licence="CC BY-SA 4.0",
        dialect="postgresql",
        layout="bird_interact_data.jsonl, one folder a database",
        splits={"lite": Split("north_star", 300)},
        downloads=(
            Download(
                f"{_HUB}birdsql/bird-interact-lite/resolve/main/bird_interact_data.jsonl",
                "bird_interact_data.jsonl",
                unpack=False,
            ),
        ),
        note="ground truth and test cases are mailed by the authors on request (bird.bench25@gmail.com); "
        "databases are a PostgreSQL dump named on the page",
    ),
    "synthetic_text_to_sql": DataSet(
        title="synthetic_text_to_sql",
        folder="synthetic_text_to_sql",
        page="https://huggingface.co/datasets/gretelai/synthetic_text_to_sql",
        licence="Apache-2.0",
        dialect="sqlite",
        layout="synthetic_text_to_sql_{split}.snappy.parquet, or the same rows as synthetic_text_to_sql_{split}.jsonl",
        splits={"train": Split("synthetic", 100_000), "test": Split("evaluation", 5851)},
        note="rows whose statements SQLite refuses are passed over",
        downloads=tuple(
            Download(
                f"{_HUB}gretelai/synthetic_text_to_sql/resolve/main/synthetic_text_to_sql_{split}.snappy.parquet",
                f"synthetic_text_to_sql_{split}.snappy.parquet",
                unpack=False,
            )
            for split in ("train", "test")
        ),
    ),
    "schema_rich": DataSet(
        title="schema-rich SQL",
        folder="",
        page="made here, over the training databases of another set",
        licence="its databases'",
        dialect="sqlite",
        layout="nothing: made by `turnsql data prepare`",
        splits={"train": Split("synthetic", 0)},
    ),
    "conversations": DataSet(
        title="conversations by construction",
        folder="",
        page="made here, over the training databases of another set; the splits are the halves of the wordings",
        licence="its databases'",
        dialect="sqlite",
        layout="nothing: made by `turnsql data prepare`",
        splits={half: Split("context", 0) for half in ("a", "b", "all")},
    ),
}


def data_set(name: str) -> DataSet:
    """Return a data set by name.

    Raises:
        DataError: There is none of that name.
    """
    if name not in CATALOGUE:
        raise DataError(f"no data set {name!r}: choose from {', '.join(CATALOGUE)}")
    return CATALOGUE[name]


def split_of(name: str, split: str) -> Split:
    """Return a split by name.

    Raises:
        DataError: The set has no such split.
    """
    found = data_set(name).splits
    if split not in found:
        raise DataError(f"{name} has no split {split!r}: choose from {', '.join(found)}")
    return found[split]


def how_to_get(name: str) -> str:
    """Return in one line what to download and where it goes."""
    known = data_set(name)
    return f"get {known.title} from {known.page}, so that DATA/{known.folder} holds {known.layout} (turnsql data fetch {name})"
