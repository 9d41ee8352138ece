"""The folders of the program's own files, and of the user by the platform's custom."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
"""The checkout; of a wheel, the package `turnsql`, which holds `configs/` and our packages too."""
INSTALLED = not __name__.startswith("value_index.")
"""True in a wheel, where nothing may be written beside the sources."""


def cache_folder() -> Path:
    """Return the user's cache folder: indexes and the demo's databases, which can be built again."""
    from platformdirs import user_cache_path

    return user_cache_path("turnsql", appauthor=False)


def indexes_folder() -> Path:
    """Return the folder of the value indexes."""
    return cache_folder() / "index"


def data_folder() -> Path:
    """Return the user's data folder: conversations, which cannot be had again."""
    from platformdirs import user_data_path

    return user_data_path("turnsql", appauthor=False)


def shipped(path: Path) -> Path:
    """Return the program's own file of that name, such as `configs/lexical.toml`, if there is none here."""
    own = ROOT / path
    return own if own.is_file() and not path.exists() else path


def taken(folder: Path, *, resumable: bool = False) -> str:
    """Return why nothing new can be written to a folder and what to do, in one line; "" if it is absent or empty."""
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file: give --out a new folder"
    if folder.exists() and any(folder.iterdir()):
        return f"{folder} is not empty: {'continue it with --resume, or ' if resumable else ''}give --out a new folder"
    return ""
