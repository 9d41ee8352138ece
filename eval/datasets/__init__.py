"""Data sets: the Spider family and BIRD, each in a file of its own; `registry` names them."""

from eval.datasets.json_file import DataError, read_json
from eval.datasets.load import load
from eval.datasets.spider_family import (
    Dataset,
    DatasetName,
    GoldDialogue,
    GoldTurn,
    followed,
    listed_databases,
    parse_range,
)

__all__ = [
    "DataError",
    "Dataset",
    "DatasetName",
    "GoldDialogue",
    "GoldTurn",
    "followed",
    "listed_databases",
    "load",
    "parse_range",
    "read_json",
]
