"""Data sets: the Spider family and BIRD, each in a file of its own; `registry` names them."""

from eval.datasets.load import load
from eval.datasets.spider_family import (
    DataError,
    Dataset,
    DatasetName,
    GoldDialogue,
    GoldTurn,
    followed,
    listed_databases,
    parse_range,
    read_json,
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
