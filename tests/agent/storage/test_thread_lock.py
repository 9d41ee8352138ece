from __future__ import annotations

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
