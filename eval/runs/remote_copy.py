"""copy_run: a run folder under an address that fsspec knows (s3://, gs://, sftp://, file://)."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from eval.records import RunError
from eval.runs.store import LOCK


def check_address(address: str) -> None:
    """Check, before anything is asked, that an address can be written to.

    Raises:
        RunError: fsspec, or what it needs for this address, is not installed, or the address is none.
    """
    _opened(address)


def copy_run(run: Path, address: str) -> int:
    """Copy the files of a run under an address, and return how many.

    Raises:
        RunError: It cannot be written.
    """
    system, root = _opened(address)
    files = sorted(path for path in run.rglob("*") if path.is_file() and path.name != LOCK)
    try:
        for path in files:
            target = "/".join((root.rstrip("/"), *path.relative_to(run).parts))
            system.makedirs(target.rpartition("/")[0], exist_ok=True)
            system.put_file(str(path), target)
    except Exception as error:
        raise RunError(f"cannot write {address}: {type(error).__name__}: {error}; the run is whole in {run}") from error
    return len(files)


def _opened(address: str) -> tuple[Any, str]:
    try:
        return import_module("fsspec.core").url_to_fs(address)
    except ImportError as error:
        raise RunError(f"--copy-to {address} needs a package: {error}; pip install 'turnsql[ray]' for fsspec") from None
    except ValueError as error:
        raise RunError(f"--copy-to {address}: {error}") from error
