"""The watched folder: right files are imported, wrong ones rejected with a reason, incomplete ones wait."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import active_count
from time import monotonic, sleep

import pytest
from drs_simulator import Simulator
from drs_simulator.housing_files.format import MAX_BYTES
from drs_simulator.housing_files.records import HousingFile
from drs_simulator.housing_files.watcher import FolderWatcher, ImportFolder, ImportResult

from tests.simulator.housing_files.files import FIRST, SECOND, with_number


class Drs:
    """Takes what is imported, as DRS does."""

    def __init__(self) -> None:
        self.orders: list[str] = []

    def __call__(self, file: HousingFile) -> bool:
        if file.order.priority == "gone":
            raise ConnectionError("the database is gone")
        if file.order.number in self.orders:
            return False
        self.orders.append(file.order.number)
        return True


@pytest.fixture
def drs() -> Drs:
    return Drs()


@pytest.fixture
def folder(tmp_path: Path, drs: Drs) -> ImportFolder:
    return ImportFolder(tmp_path, drs)


def write(folder: ImportFolder, name: str, content: str | bytes) -> Path:
    path = folder.folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def scan(folder: ImportFolder, times: int = 2) -> None:
    for _ in range(times):
        folder.scan()


def list_files(folder: ImportFolder) -> set[str]:
    """Return all files below the folder."""
    return {str(path.relative_to(folder.folder)) for path in folder.folder.rglob("*") if path.is_file()}


def wait_until(condition: Callable[[], bool]) -> None:
    end = monotonic() + 20
    while not condition():
        assert monotonic() < end
        sleep(0.02)


def test_right_file_is_imported_and_moved(folder: ImportFolder, drs: Drs) -> None:
    write(folder, "387176.txt", FIRST)
    scan(folder)
    assert drs.orders == ["L835574"]
    assert list_files(folder) == {"imported/387176.txt"}
    assert (folder.folder / "imported/387176.txt").read_text() == FIRST
    assert folder.counts == {ImportResult.CREATED: 1}


def test_wrong_file_is_rejected_with_line_and_field(
    folder: ImportFolder, drs: Drs, caplog: pytest.LogCaptureFixture
) -> None:
    write(folder, "bad.txt", FIRST.replace("'38950180'", "''"))
    scan(folder)
    assert drs.orders == []
    assert list_files(folder) == {"rejected/bad.txt", "rejected/bad.txt.reason"}
    reason = (folder.folder / "rejected/bad.txt.reason").read_text(encoding="utf-8")
    assert reason == "line 3, location_id (field 4): it is blank. Fill it in.\n"
    assert folder.counts == {ImportResult.REJECTED: 1}
    assert "'bad.txt' was rejected: line 3, location_id (field 4)" in caplog.text


def test_wrong_file_does_not_stop_others(folder: ImportFolder, drs: Drs) -> None:
    write(folder, "a.txt", FIRST.replace("'4'", "'9'"))
    write(folder, "b.txt", SECOND)
    scan(folder)
    assert drs.orders == ["L835575"]


def test_same_file_twice_is_one_order_and_two_files(folder: ImportFolder, drs: Drs) -> None:
    for _ in range(2):
        write(folder, "387176.txt", FIRST)
        scan(folder)
    assert drs.orders == ["L835574"]
    assert list_files(folder) == {"imported/387176.txt", "imported/387176-2.txt"}
    assert folder.counts == {ImportResult.CREATED: 1, ImportResult.ALREADY_THERE: 1}


def test_rejected_files_of_one_name_have_own_reasons(folder: ImportFolder) -> None:
    for wrong in ("'9'", "'8'"):
        write(folder, "bad.txt", FIRST.replace("'4'", wrong))
        scan(folder)
    assert "it says 9" in (folder.folder / "rejected/bad.txt.reason").read_text()
    assert "it says 8" in (folder.folder / "rejected/bad-2.txt.reason").read_text()


def test_corrected_file_is_imported(folder: ImportFolder, drs: Drs) -> None:
    write(folder, "order.txt", FIRST.replace("'4'", "'9'"))
    scan(folder)
    write(folder, "order.txt", FIRST)
    scan(folder)
    assert drs.orders == ["L835574"]


@pytest.mark.parametrize("length", [0, 1, 40, FIRST.index("'TRAILER'"), len(FIRST) - 2])
def test_half_written_file_waits_for_the_rest(folder: ImportFolder, drs: Drs, length: int) -> None:
    write(folder, "order.txt", FIRST[:length])
    scan(folder, times=5)
    assert list_files(folder) == {"order.txt"}
    write(folder, "order.txt", FIRST)
    scan(folder)
    assert drs.orders == ["L835574"]


def test_growing_file_waits_despite_its_trailer(folder: ImportFolder, drs: Drs) -> None:
    for number in range(1, 5):
        write(folder, "order.txt", FIRST + "\n" * number)
        scan(folder, times=1)
        assert list_files(folder) == {"order.txt"}
    scan(folder, times=1)
    assert drs.orders == ["L835574"]


def test_too_long_file_is_rejected(folder: ImportFolder) -> None:
    write(folder, "order.txt", b"x" * (MAX_BYTES + 1))
    scan(folder)
    assert "rejected/order.txt" in list_files(folder)


def test_file_that_stays_incomplete_is_logged_once(tmp_path: Path, drs: Drs, caplog: pytest.LogCaptureFixture) -> None:
    """After a minute without a change the log names the file; a change begins another minute."""
    now = 0.0
    folder = ImportFolder(tmp_path, drs, monotonic=lambda: now)
    write(folder, "order.txt", FIRST[:-20])
    scan(folder)
    now = 59
    scan(folder)
    write(folder, "order.txt", FIRST[:-10])
    scan(folder)
    now = 118
    scan(folder)
    assert caplog.text == ""
    now = 119
    scan(folder, times=3)
    assert caplog.text.count("'order.txt': it has not changed for 60 seconds and is incomplete") == 1
    write(folder, "order.txt", FIRST)
    scan(folder)
    assert drs.orders == ["L835574"]


def test_another_file_of_the_name_is_logged_again(tmp_path: Path, drs: Drs, caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    folder = ImportFolder(tmp_path, drs, monotonic=lambda: now)
    for _ in range(2):
        path = write(folder, "order.txt", FIRST[:-20])
        scan(folder)
        now += 60
        scan(folder)
        path.unlink()
        scan(folder)
    assert caplog.text.count("is incomplete") == 2


@pytest.mark.parametrize("end", [b"\x1a", b"\x00" * 512, b"\x1a" + b"\x00" * 100, b"\r\n\x1a\r\n"])
def test_file_with_padding_is_imported(folder: ImportFolder, drs: Drs, end: bytes) -> None:
    """The end of a file in DOS and what fills up its last block are not part of the file."""
    write(folder, "order.txt", FIRST.rstrip().encode() + end)
    scan(folder)
    assert drs.orders == ["L835574"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_file_is_imported(folder: ImportFolder, drs: Drs, encoding: str) -> None:
    content = f"\ufeff{FIRST}".encode(encoding)
    write(folder, "order.txt", content[:-61])
    scan(folder, times=4)
    assert drs.orders == []
    write(folder, "order.txt", content)
    scan(folder)
    assert drs.orders == ["L835574"]


@pytest.mark.parametrize("name", [".order.txt", "order.txt.tmp", "order.part", "order.filepart"])
def test_hidden_and_unfinished_files_are_ignored(folder: ImportFolder, drs: Drs, name: str) -> None:
    write(folder, name, FIRST)
    scan(folder)
    assert drs.orders == []
    assert list_files(folder) == {name}


def test_links_and_folders_are_ignored(
    folder: ImportFolder, drs: Drs, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "order.txt"
    elsewhere.write_text(FIRST)
    (folder.folder / "link.txt").symlink_to(elsewhere)
    (folder.folder / "folder.txt").mkdir()
    scan(folder)
    assert drs.orders == []
    assert elsewhere.exists()


def test_failing_file_stops_no_other_and_is_logged_once(
    folder: ImportFolder, drs: Drs, caplog: pytest.LogCaptureFixture
) -> None:
    write(folder, "a.txt", FIRST.replace("'100 Days'", "'gone'"))
    write(folder, "b.txt", SECOND)
    scan(folder, times=4)
    assert drs.orders == ["L835575"]
    assert list_files(folder) == {"a.txt", "imported/b.txt"}
    assert caplog.text.count("'a.txt': it waits: the database is gone") == 1


def test_missing_folder_is_logged_once(folder: ImportFolder, drs: Drs, caplog: pytest.LogCaptureFixture) -> None:
    folder.folder.rmdir()
    scan(folder)
    assert caplog.text.count("the folder cannot be read") == 1
    folder.folder.mkdir()
    write(folder, "order.txt", FIRST)
    scan(folder)
    assert drs.orders == ["L835574"]


def test_line_break_in_a_name_is_escaped_in_the_log(folder: ImportFolder, caplog: pytest.LogCaptureFixture) -> None:
    write(folder, "a\nERROR all is lost.txt", FIRST.replace("'4'", "'9'"))
    scan(folder)
    assert "\nERROR all is lost" not in caplog.text


def test_watcher_imports_until_it_is_stopped(tmp_path: Path) -> None:
    drs = Simulator("lincoln", clock="fixed@2021-04-01T12:00")
    (tmp_path / "there.txt").write_text(FIRST)
    threads = active_count()
    with drs.watch_folder(tmp_path) as watcher:
        wait_until((tmp_path / "imported/there.txt").exists)
        with (tmp_path / "comes.txt").open("w", encoding="utf-8") as slow:
            for line in SECOND.splitlines(keepends=True):
                slow.write(line)
                slow.flush()
                sleep(0.1)
        wait_until((tmp_path / "imported/comes.txt").exists)
        wait_until(lambda: watcher.folder.counts == {ImportResult.CREATED: 2})
    assert active_count() == threads
    (tmp_path / "late.txt").write_bytes(with_number("L1"))
    sleep(0.7)
    assert (tmp_path / "late.txt").exists()


def test_hundred_files_are_hundred_orders(tmp_path: Path) -> None:
    drs = Simulator("lincoln", clock="fixed@2021-04-01T12:00")
    with drs.watch_folder(tmp_path) as watcher:
        for number in range(100):
            (tmp_path / f"{number}.txt").write_bytes(with_number(f"L{number}"))
        wait_until(lambda: watcher.folder.counts[ImportResult.CREATED] == 100)
    assert len(list((tmp_path / "imported").iterdir())) == 100


def test_watcher_outlives_its_folder(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with Simulator("lincoln").watch_folder(inbox) as watcher:
        inbox.rmdir()
        sleep(0.6)
        inbox.mkdir()
        (inbox / "order.txt").write_text(FIRST)
        wait_until(lambda: watcher.folder.counts == {ImportResult.CREATED: 1})


def test_watcher_outlives_an_error(tmp_path: Path, drs: Drs, caplog: pytest.LogCaptureFixture) -> None:
    """An error that ends one scan is logged and does not end the thread."""

    class FailingOnce(ImportFolder):
        failed = False

        def scan(self) -> None:
            if not self.failed:
                self.failed = True
                raise MemoryError("no memory")
            super().scan()

    with FolderWatcher(FailingOnce(tmp_path, drs)):
        (tmp_path / "order.txt").write_text(FIRST)
        wait_until(lambda: drs.orders == ["L835574"])
    assert "could not be scanned; trying again" in caplog.text


def test_missing_folder_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="Create it first"):
        Simulator("lincoln").watch_folder(tmp_path / "nowhere")


def test_refused_order_is_rejected_with_its_field(tmp_path: Path) -> None:
    folder = ImportFolder(tmp_path, Simulator("lincoln").import_order)
    write(folder, "order.txt", FIRST.replace("100 Days", "100 days"))
    scan(folder)
    reason = (tmp_path / "rejected/order.txt.reason").read_text(encoding="utf-8")
    assert reason.startswith("line 3, priority (field 5): DRS refuses it: Unknown priority '100 days'")


def test_imported_file_is_logged(folder: ImportFolder, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    write(folder, "order.txt", FIRST)
    scan(folder)
    assert "'order.txt' was imported, its order: created" in caplog.text
