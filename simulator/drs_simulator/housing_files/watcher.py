"""The folder in which the housing system writes its files: imports right ones, rejects wrong ones with a reason."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

from drs_simulator.housing_files.format import MAX_BYTES, is_complete, parse_housing_file
from drs_simulator.housing_files.records import HousingFile, HousingFileError

_log = logging.getLogger(__name__)
_SCAN_EVERY_SECONDS = 0.25
_REPORT_INCOMPLETE_AFTER_SECONDS = 60
# Names that file transfers use until a file is finished; then they rename it.
_UNFINISHED = (".tmp", ".part", ".filepart")


class ImportResult(StrEnum):
    """The result of importing a file."""

    CREATED = "created"
    ALREADY_THERE = "already there"
    REJECTED = "rejected"


class ImportFolder:
    """A folder of files, each imported once it is complete and does not change any more.

    Imported files move to ``imported/``, whether their order is new or existed already; wrong ones to ``rejected/``,
    each with a file whose name ends in ``.reason``. Nothing is overwritten there. Hidden files, links and files whose
    names end in ``.tmp``, ``.part`` or ``.filepart`` are ignored. A file that is incomplete for a minute without a
    change is reported in the log.

    Args:
        folder: The folder that the housing system writes to.
        import_file: Imports a file and returns whether its order is new; raises ``HousingFileError`` to reject it.
        monotonic: Returns the seconds of a clock that only runs forward.
    """

    def __init__(
        self,
        folder: Path,
        import_file: Callable[[HousingFile], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.counts: Counter[ImportResult] = Counter()
        self._import_file = import_file
        self._monotonic = monotonic
        self._seen: dict[str, tuple[int, int]] = {}
        self._incomplete_since: dict[str, float] = {}
        self._logged: dict[str, str] = {}

    def scan(self) -> None:
        """Import the files that are complete and have not changed since the last scan."""
        try:
            files = sorted(self.folder.iterdir())
        except OSError as error:
            self._log_once(str(self.folder), f"the folder cannot be read: {error}")
            return
        before, self._seen = self._seen, {}
        for file in files:
            if file.name.startswith(".") or file.suffix in _UNFINISHED or file.is_symlink() or not file.is_file():
                continue
            try:
                status = file.stat()
                self._seen[file.name] = (status.st_size, status.st_mtime_ns)
                if before.get(file.name) == self._seen[file.name]:
                    self._import_if_complete(file)
                else:
                    self._incomplete_since.pop(file.name, None)
            except Exception as error:  # a file that fails stops no other; the next scan tries it again
                self._log_once(file.name, f"it waits: {error}")
        present = {file.name for file in files}
        for known in (self._incomplete_since, self._logged):
            for name in known.keys() - present:
                del known[name]

    def _import_if_complete(self, file: Path) -> None:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if not is_complete(content) and len(content) <= MAX_BYTES:
            self._report_incomplete(file.name)
            return
        try:
            is_new = self._import_file(parse_housing_file(content))
        except HousingFileError as error:
            target = _free_path(self.folder / "rejected", file.name)
            # The reason is written first, so that it is there when the file is.
            target.with_name(f"{target.name}.reason").write_text(f"{error}\n", encoding="utf-8")
            file.rename(target)
            self.counts[ImportResult.REJECTED] += 1
            _log.warning("%r was rejected: %s", file.name, error)
        else:
            file.rename(_free_path(self.folder / "imported", file.name))
            result = ImportResult.CREATED if is_new else ImportResult.ALREADY_THERE
            self.counts[result] += 1
            _log.info("%r was imported, its order: %s", file.name, result)

    def _report_incomplete(self, name: str) -> None:
        now = self._monotonic()
        if now - self._incomplete_since.setdefault(name, now) >= _REPORT_INCOMPLETE_AFTER_SECONDS:
            self._log_once(
                name,
                f"it has not changed for {_REPORT_INCOMPLETE_AFTER_SECONDS} seconds and is incomplete: "
                "its last line is not a whole TRAILER. Send the whole file.",
            )

    def _log_once(self, name: str, text: str) -> None:
        """Log a text about a file, but not the same one at every scan."""
        if self._logged.get(name) != text:
            self._logged[name] = text
            _log.warning("%r: %s", name, text)


class FolderWatcher:
    """Scans a folder from a background thread until it is stopped or the process ends.

    ::

        with drs.watch_folder("/srv/drs-import"):
            ...

    Raises:
        NotADirectoryError: There is no such folder.
    """

    def __init__(self, folder: ImportFolder) -> None:
        if not folder.folder.is_dir():
            raise NotADirectoryError(f"{folder.folder} is not a folder. Create it first.")
        self.folder = folder
        self._stop = Event()
        self._thread = Thread(target=self._watch, name=f"import from {folder.folder}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop scanning, and wait until the thread has ended."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        # Polling also works on network drives, and where the system has no watches left to give.
        while not self._stop.wait(_SCAN_EVERY_SECONDS):
            try:
                self.folder.scan()
            except Exception:
                _log.exception("The folder %s could not be scanned; trying again", self.folder.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def _free_path(folder: Path, name: str) -> Path:
    """Return a path in the folder for a file of that name, with a number if the name is taken."""
    folder.mkdir(exist_ok=True)
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path
