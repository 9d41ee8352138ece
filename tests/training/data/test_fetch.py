"""Downloads from a loopback server that breaks off: what came is kept, and the next attempt goes on from there."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from eval.datasets import DataError
from training.data.catalogue import CATALOGUE, DataSet, Download, Split
from training.data.download import download
from training.data.fetch import fetch, sha256, unpack


@dataclass
class Server:
    """What is sent, how much of it at most, and what was asked for."""

    body: bytes = b""
    kind: str = "application/zip"
    breaks_after: int | None = None
    ranges: list[str | None] = field(default_factory=list)
    url: str = ""
    tag: str = ""
    """The entity tag that is sent, and held against If-Range."""
    heeds_conditions: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    """What else is sent."""


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            state.ranges.append(asked)
            condition = self.headers.get("If-Range", state.tag)
            if state.heeds_conditions and condition != state.tag:
                asked = None
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            if start and start >= len(state.body):
                self.send_error(416)
                return
            rest = state.body[start:]
            self.send_response(206 if asked else 200)
            for name, value in {**({"ETag": state.tag} if state.tag else {}), **state.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", state.kind)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest[: state.breaks_after])

        def log_message(self, *_: object) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{listening.server_port}/file"
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield state
    listening.shutdown()
    listening.server_close()


def archive(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, text in files.items():
            out.writestr(name.replace("__", "/"), text)
    return made.getvalue()


def known(url: str, *, folder: str = "sparc") -> DataSet:
    return DataSet(
        title="A set", folder=folder, page="https://example.org/set", licence="CC0", dialect="sqlite", layout="files",
        splits={"train": Split("train", 1)}, downloads=(Download(url, "set.zip"),),
    )  # fmt: skip


def test_a_set_is_downloaded_unpacked_and_its_hash_computed(server: Server, tmp_path: Path) -> None:
    server.body = archive(sparc__train="[]", sparc__tables="[]")
    said: list[str] = []
    fetch(known(server.url), tmp_path, said.append)
    assert (tmp_path / "sparc" / "train").read_text() == "[]"
    assert sha256(tmp_path / "sparc" / "set.zip") in said[0]
    assert "2 files unpacked" in said[1]
    fetch(known(server.url), tmp_path, said.append)
    assert len(server.ranges) == 1, "what is there is not downloaded again"


def test_an_interrupted_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.body, server.breaks_after = archive(train="x" * 5000), 100
    path = tmp_path / "set.zip"
    with pytest.raises(DataError, match=r"run the command again to continue, or get it by hand from https://example"):
        download(Download(server.url, path.name), path, page="https://example.org")
    assert not path.exists()
    assert (tmp_path / "set.zip.partial").read_bytes() == server.body[:100]
    server.breaks_after = None
    download(Download(server.url, path.name), path, page="https://example.org")
    assert path.read_bytes() == server.body
    assert server.ranges == [None, "bytes=100-"]


def begun(server: Server, path: Path, *, stops_after: int) -> None:
    """Begin a download that breaks off."""
    server.breaks_after = stops_after
    with pytest.raises(DataError, match="bytes came"):
        download(Download(server.url, path.name), path, page="")
    server.breaks_after = None


def test_a_download_that_had_come_whole_is_not_asked_for_twice(server: Server, tmp_path: Path) -> None:
    server.body, server.tag = archive(train="[]"), '"1"'
    path = tmp_path / "set.zip"
    begun(server, path, stops_after=5)
    path.with_name("set.zip.partial").write_bytes(server.body)
    download(Download(server.url, path.name), path, page="")
    assert path.read_bytes() == server.body and len(server.ranges) == 2
    assert [found.name for found in tmp_path.iterdir()] == ["set.zip"]


def test_a_part_of_unknown_origin_is_no_begin(server: Server, tmp_path: Path) -> None:
    server.body = b"HELLO WORLD"
    path = tmp_path / "set.zip"
    for rest in (b"hel", b"garbage that is longer than the file"):
        path.with_name("set.zip.partial").write_bytes(rest)
        download(Download(server.url, path.name), path, page="")
        assert path.read_bytes() == server.body
        path.unlink()


@pytest.mark.parametrize("heeds", [True, False])
@pytest.mark.parametrize("body", [b"HELLO WORLD", b"HEL", b"HELLO WORLD, and more"])
def test_a_file_that_was_exchanged_meanwhile_is_begun_anew(
    server: Server, tmp_path: Path, heeds: bool, body: bytes
) -> None:
    server.body, server.tag, server.heeds_conditions = b"hello world", '"1"', heeds
    path = tmp_path / "set.zip"
    begun(server, path, stops_after=3)
    server.body, server.tag = body, '"2"'
    download(Download(server.url, path.name), path, page="")
    assert path.read_bytes() == body


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="},
        {"x-goog-hash": "crc32c=AAAAAA==, md5=1B2M2Y8AsgTpgAmY7PhCfg=="},
        {"Repr-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"},
        {},
    ],
)
def test_another_file_than_was_published_is_refused(server: Server, tmp_path: Path, headers: dict[str, str]) -> None:
    path, item = tmp_path / "set.zip", Download(server.url, "set.zip", sha256="" if headers else "0" * 64)
    server.headers = headers
    server.body = b"not empty"
    with pytest.raises(DataError, match="is not the file whose"):
        download(item, path, page="")
    assert not list(tmp_path.iterdir())
    server.body = b""
    if headers:
        assert download(item, path, page="") and path.read_bytes() == b""


@pytest.mark.parametrize("length", ["-5", "five", "9" * 5000])
def test_a_length_that_is_none_is_one_line_or_nothing(server: Server, tmp_path: Path, length: str) -> None:
    server.body, server.headers = b"hello", {"Content-Length": length}
    path = tmp_path / "set.zip"
    try:
        download(Download(server.url, path.name), path, page="")
    except DataError as error:
        assert "\n" not in str(error)


def test_a_web_page_is_not_taken_for_the_file(server: Server, tmp_path: Path) -> None:
    server.body, server.kind = b"<html>quota exceeded</html>", "text/html; charset=utf-8"
    with pytest.raises(DataError, match="answers with a web page, not the file: get it by hand from https://example"):
        fetch(known(server.url), tmp_path, print)
    assert not (tmp_path / "sparc" / "set.zip").exists()


def test_no_network_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"did not come whole from 127\.0\.0\.1"):
        fetch(known("http://127.0.0.1:9/none"), tmp_path, print)


def test_a_damaged_archive_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    path.write_bytes(archive(train="x" * 500)[:-30])
    with pytest.raises(DataError, match="no whole ZIP file"):
        unpack(path, tmp_path, "sparc")


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("../evil", "x")
    with pytest.raises(DataError, match="outside its folder"):
        unpack(path, tmp_path / "data", "sparc")


def test_an_archive_without_a_folder_of_its_own_goes_into_the_sets_folder(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    path.write_bytes(archive(train__train="[]"))
    unpack(path, tmp_path, "bird")
    assert (tmp_path / "bird" / "train" / "train").exists()


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_set_says_where_it_is_from_and_under_which_licence(name: str) -> None:
    entry = CATALOGUE[name]
    assert entry.page and entry.licence and entry.layout and entry.dialect
    assert all(item.url.startswith("https://") for item in entry.downloads)


def test_an_archive_that_swells_or_is_odd_is_one_line(tmp_path: Path) -> None:
    bomb, odd = tmp_path / "bomb.zip", tmp_path / "odd.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("sparc/dev.json", "w") as entry:
        for _ in range(1100):
            entry.write(b" " * (1 << 20))
    with pytest.raises(DataError, match="would unpack to 1,100 MB"):
        unpack(bomb, tmp_path / "data", "sparc")
    assert not (tmp_path / "data").exists()
    with zipfile.ZipFile(odd, "w") as archive:
        archive.writestr("./", "")
        archive.writestr("sparc/dev.json", "[]")
    assert unpack(odd, tmp_path / "data", "sparc") == 2
    content = bytearray(odd.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # says that it is encrypted
    content[content.rindex(b"PK\x03\x04") + 6] |= 1
    odd.write_bytes(content)
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(odd, tmp_path / "data", "sparc")
