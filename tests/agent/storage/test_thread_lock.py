from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import pytest

from agent.storage.thread_lock import ThreadBusyError, thread_lock


def test_one_chat_at_a_time_on_a_thread(tmp_path: Path) -> None:
    store = tmp_path / "conversations.sqlite"
    with thread_lock(store, "t"):
        with pytest.raises(ThreadBusyError, match="'t' is open in another chat"), thread_lock(store, "t"):
            pass
        with thread_lock(store, "u"):
            pass
    with thread_lock(store, "t"):
        pass
    assert not list(tmp_path.iterdir())


def test_a_link_in_the_place_of_a_lock_is_not_followed(tmp_path: Path) -> None:
    store = tmp_path / "s"
    with thread_lock(store, "t"):
        (lock,) = (tmp_path / "s.locks").iterdir()
    (tmp_path / "victim").write_text("kept")
    (tmp_path / "s.locks").mkdir()
    lock.symlink_to(tmp_path / "victim")
    with pytest.raises(OSError), thread_lock(store, "t"):
        pass
    assert (tmp_path / "victim").read_text() == "kept"


def hold(store: Path, thread: str, times: int) -> None:
    for _ in range(times):
        with suppress(ThreadBusyError), thread_lock(store, thread):
            pass


def test_processes_that_remove_the_folder_of_locks_do_not_disturb_each_other(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        for done in [pool.submit(hold, tmp_path / "s", name, 1000) for name in "abcd"]:
            done.result()
    assert not list(tmp_path.iterdir())
