"""The settings of a compact training run, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.datasets import load
from training.compact.config import load_config
from training.dev_databases import DEV_DATABASES, LeakError, refuse_dev_databases
from training.settings import TrainingError

CONFIGS = Path(__file__).resolve().parents[3] / "configs" / "training"


def test_the_shipped_settings_load():
    config = load_config(CONFIGS / "compact.toml")
    assert len(config.validation_databases) == 14
    assert not DEV_DATABASES.intersection(config.validation_databases)


def test_an_unknown_key_is_named(tmp_path: Path):
    path = tmp_path / "compact.toml"
    path.write_text((CONFIGS / "compact.toml").read_text().replace("epochs", "epoch"))
    (tmp_path / "validation_databases.toml").write_text('databases = ["a"]')
    with pytest.raises(TrainingError, match="epoch"):
        load_config(path)


def test_a_missing_file_is_one_line(tmp_path: Path):
    with pytest.raises(TrainingError, match="cannot read"):
        load_config(tmp_path / "none.toml")


@pytest.mark.data
def test_development_databases_are_refused(data_folder: Path):
    refuse_dev_databases(load("cosql", data_folder / "cosql_dataset", "train"))
    with pytest.raises(LeakError, match="development database"):
        refuse_dev_databases(load("cosql", data_folder / "cosql_dataset", "dev"))
