"""Write every generated page: `python -m docs.generate`, with `--outputs` also what the shown commands print.

`--slow` runs the commands that measure too, over the demo and, where TURNSQL_DATA names a folder of data sets, CoSQL.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from docs.generate.pages import ROOT, generated, runnable
from docs.generate.shown_outputs import refreshed, without_figures
from eval.demo.build import build
from value_index.files.atomic_file import write_atomically


def write_pages() -> None:
    """Write the references, and the tables of figures."""
    for path, text in generated(ROOT).items():
        if not path.is_file() or path.read_text("utf-8") != text:
            write_atomically(path, text)
            print(path.relative_to(ROOT))


def write_outputs(*, slow: bool) -> None:
    """Run the shown commands in a folder that looks like the checkout, and write what they print into the pages."""
    build()
    with tempfile.TemporaryDirectory() as folder:
        environment = workshop(Path(folder))
        os.chdir(folder)
        for path in runnable(ROOT):
            text = path.read_text("utf-8")
            shown = refreshed(text, environment, slow=slow)
            if without_figures(shown) != without_figures(text) or (slow and shown != text):
                write_atomically(path, shown)
                print(path.relative_to(ROOT))


def workshop(folder: Path) -> dict[str, str]:
    """Link what the shown commands read into a folder, and return the environment that keeps what they write in it."""
    for name in ("eval", "configs"):
        (folder / name).symlink_to(ROOT / name)
    data = os.environ.get("TURNSQL_DATA")
    if data:
        (folder / "cosql_dataset").symlink_to(Path(data) / "cosql_dataset")
    return {"XDG_DATA_HOME": f"{folder}/share", "XDG_CACHE_HOME": f"{folder}/cache"}


if __name__ == "__main__":
    if {"--outputs", "--slow"} & set(sys.argv[1:]):
        write_outputs(slow="--slow" in sys.argv[1:])
    write_pages()
