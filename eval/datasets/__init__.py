"""Data sets: the Spider family and BIRD, each in a file of its own; `registry` names them."""

from eval.datasets.chosen import listed_databases, parse_range
from eval.datasets.dataset import Dataset, GoldDialogue, GoldTurn
from eval.datasets.json_file import DataError, read_json
from eval.datasets.load import load
from eval.datasets.spider_family import DatasetName
from eval.datasets.text_links import followed

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
