"""The folder that DRS watches for the housing system's files: good ones are imported, bad ones set aside with why."""

from __future__ import annotations

import atexit
import logging
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

from watchfiles import watch

from drs_simulator.housing_files.format import MAX_BYTES, is_whole, parse_housing_file
from drs_simulator.housing_files.records import HousingFile, HousingFileError

_log = logging.getLogger(__name__)
_LOOK_EVERY_MS = 250
# What file transfers call a file that they have not finished; they rename it when they have.
_UNFINISHED = (".tmp", ".part", ".filepart")


class ImportResult(StrEnum):
    """What became of a file."""

    CREATED = "created"
    ALREADY_THERE = "already there"
    REJECTED = "rejected"


class ImportFolder:
    """Files that wait in a folder, each imported once it is whole and no longer grows.

    Good files move to ``imported/``, whether their order is new or was there already; bad ones to ``rejected/``, beside
    a file whose name ends in ``.reason``. Nothing is overwritten there. Hidden files, links and those whose names end
    in ``.tmp``, ``.part`` or ``.filepart`` are left alone.

    Args:
        folder: The folder that the housing system writes to.
        import_file: Imports one file and says whether its order is new; raises ``HousingFileError`` to decline it.
    """

    def __init__(self, folder: Path, import_file: Callable[[HousingFile], bool]) -> None:
        self.folder = folder
        self.counts: Counter[ImportResult] = Counter()
        self._import = import_file
        self._seen: dict[str, tuple[int, int]] = {}
        self._told: dict[str, str] = {}

    def look(self) -> None:
        """Import what is whole and looks as it did at the last look. A file is never imported at its first look."""
        try:
            files = sorted(self.folder.iterdir())
        except OSError as error:
            self._tell_once(str(self.folder), f"it cannot be looked into: {error}")
            return
        before, self._seen = self._seen, {}
        for file in files:
            if file.name.startswith(".") or file.suffix in _UNFINISHED or file.is_symlink() or not file.is_file():
                continue
            try:
                status = file.stat()
                self._seen[file.name] = (status.st_size, status.st_mtime_ns)
                if before.get(file.name) == self._seen[file.name]:
                    self._take_in(file)
            except Exception as error:  # whatever hinders one file hinders no other; the next look tries again
                self._tell_once(file.name, f"it waits: {error}")

    def _take_in(self, file: Path) -> None:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if not is_whole(content) and len(content) <= MAX_BYTES:
            return
        try:
            new = self._import(parse_housing_file(content))
        except HousingFileError as error:
            aside = _free_name(self.folder / "rejected", file.name)
            # The reason comes first, so that whoever finds the file there finds out why.
            aside.with_name(f"{aside.name}.reason").write_text(f"{error}\n", encoding="utf-8")
            file.rename(aside)
            self.counts[ImportResult.REJECTED] += 1
            _log.warning("%r was rejected: %s", file.name, error)
        else:
            file.rename(_free_name(self.folder / "imported", file.name))
            fate = ImportResult.CREATED if new else ImportResult.ALREADY_THERE
            self.counts[fate] += 1
            _log.info("%r was imported, its order: %s", file.name, fate)

    def _tell_once(self, name: str, what: str) -> None:
        """Looks are many: say again only what is new."""
        if self._told.get(name) != what:
            self._told[name] = what
            _log.warning("%r: %s", name, what)


class FolderWatcher:
    """Looks into the folder from a thread of its own until it is stopped, or the process ends.

    ::

        with drs.watch_folder("/srv/drs-import"):
            ...

    Raises:
        NotADirectoryError: There is no such folder.
    """

    def __init__(self, folder: ImportFolder) -> None:
        if not folder.folder.is_dir():
            raise NotADirectoryError(f"{folder.folder} is no folder. Make it first.")
        self.folder = folder
        self._stop = Event()
        self._thread = Thread(target=self._watch, name=f"import from {folder.folder}", daemon=True)
        self._thread.start()
        # The watch waits outside Python; a process that ends may not tear Python down under it.
        atexit.register(self.stop)

    def stop(self) -> None:
        """Look no more, and wait until the thread has ended."""
        self._stop.set()
        self._thread.join()
        atexit.unregister(self.stop)

    def _watch(self) -> None:
        # The pauses count as changes: a file at rest is one that looks the same twice.
        changes = watch(
            self.folder.folder,
            stop_event=self._stop,
            rust_timeout=_LOOK_EVERY_MS,
            yield_on_timeout=True,
            recursive=False,
            raise_interrupt=False,
        )
        for _ in changes:
            self.folder.look()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def _free_name(folder: Path, name: str) -> Path:
    """A path of that name in the folder, numbered where files are there already."""
    folder.mkdir(exist_ok=True)
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path
