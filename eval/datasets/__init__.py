"""Data sets: the Spider family's dialogues here, BIRD and BIRD-Interact in files of their own."""

from eval.datasets.spider_family import (
    DataError,
    Dataset,
    DatasetName,
    GoldDialogue,
    GoldTurn,
    followed,
    listed_databases,
    load,
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
