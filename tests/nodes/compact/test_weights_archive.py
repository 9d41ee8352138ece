"""Every part of a weights file is what its manifest says, whichever network it belongs to."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from nodes.compact.ranking.cross_encoder import CrossEncoder
from nodes.compact.weights_archive import WeightsError, weights_archive, write_weights

PARTS = {"a.onnx": b"first" * 100, "b.json": b"{}"}


def read(path: Path, name: str = "a.onnx") -> bytes:
    with weights_archive(path, "a command") as (_, part):
        return part(name)


def exchanged(path: Path, name: str, content: bytes) -> Path:
    """Return a copy of an archive in which one part is another, behind a right CRC."""
    target = path.with_name("exchanged.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for each in source.namelist():
            out.writestr(each, content if each == name else source.read(each))
    return target


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_written_is_read_and_an_exchanged_part_is_not(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "weights.zip"
    write_weights(path, PARTS, {"words": 7}, packed=packed)
    assert [read(path, name) for name in PARTS] == list(PARTS.values())
    with pytest.raises(WeightsError, match=r"a\.onnx is not what the manifest says\): make them by a command"):
        read(exchanged(path, "a.onnx", b"First" + PARTS["a.onnx"][5:]))
    with pytest.raises(WeightsError, match=r"c\.onnx"):
        read(path, "c.onnx")


def test_a_file_of_an_earlier_version_has_no_hashes_and_is_read(tmp_path: Path) -> None:
    path = tmp_path / "weights.zip"
    write_weights(path, PARTS, {})
    assert read(exchanged(path, "manifest.json", json.dumps({"words": 7}).encode())) == PARTS["a.onnx"]


@pytest.mark.parametrize("content", [b"", b"[]", b"\x08\x01 nonsense", b"[" * 100_000])
@pytest.mark.parametrize("part", ["manifest.json", "cross_encoder.onnx"])
def test_a_damaged_cross_encoder_is_one_line(tmp_path: Path, part: str, content: bytes) -> None:
    path = tmp_path / "cross_encoder.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("manifest.json", "cross_encoder.onnx"):
            archive.writestr(name, content if name == part else b"{}")
    with pytest.raises(WeightsError) as raised:
        CrossEncoder(path)
    assert "\n" not in str(raised.value)


def test_an_archive_that_swells_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodes.compact.weights_archive.MAX_BYTES", 5 << 20)
    path = tmp_path / "weights.zip"
    write_weights(path, {"a.onnx": b"\0" * (6 << 20)}, {}, packed=True)
    assert path.stat().st_size < 1 << 16
    with pytest.raises(WeightsError, match="would unpack to 6 MB"):
        read(path)
