"""Writes a recording: exchanges as pairs of files and their description, redacted before they touch the disk."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Condition, Thread

from lxml import etree

from drs_contracts.driver.messages import OPERATIONS, SOAP
from drs_contracts.errors import ContractsError
from drs_contracts.recordings.redaction import RedactionError, Redactor
from drs_contracts.xml import NotXmlError, parse_xml

MAX_WAITING_BYTES = 64 * 1024 * 1024
"""How much may wait to be written; what comes beyond that is left out."""

_MAX_REASONS = 1000
_VOLATILE = {"sessionId": "[0-9a-f]{32}", "tokenId": "[A-Za-z0-9]{40}", "orderId": "[0-9]+", "bookingId": "[0-9]+"}


class FolderError(ContractsError):
    """A folder cannot be recorded into."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came, and the charset that its Content-Type names, if any."""

    body: bytes
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a recording's description says of it (see ``Recording``)."""

    title: str
    source: str
    profile: str
    clock: str


class RecordingWriter:
    """Writes exchanges into a folder, in the order in which they end; any thread may.

    ``write`` returns at once: a thread redacts and writes. ``flush`` waits for it, ``close`` ends it.

    Args:
        into: The folder; made where it is not there, and empty where it is.
        about: Makes what the description says; called once, by that thread, before the first exchange is written.
        redactor: Redacts; without it secrets and personal data are written as they come.

    Raises:
        FolderError: The folder cannot be made, or has files.
    """

    def __init__(self, into: Path, about: Callable[[], About], redactor: Redactor | None) -> None:
        self._into = _make_folder(into)
        self._make_about = about
        self._about: About | None = None
        self._redactor = redactor
        self._described = ""
        self._condition = Condition()
        self._waiting: deque[tuple[Message, Message]] = deque()
        self._waiting_bytes = 0
        self._is_closed = False
        self._thread: Thread | None = None
        self.written = 0
        """How many exchanges were written."""
        self.left_out: list[str] = []
        """Why others were not: the first of the reasons."""
        self.left_out_count = 0
        """How many were not."""

    def write(self, request: Message, response: Message) -> None:
        """Hand over an exchange; where it cannot be written, ``left_out`` has the reason."""
        size = len(request.body) + len(response.body)
        with self._condition:
            if self._is_closed:
                self._leave_out("An exchange ended after the recording.")
            elif self._waiting and self._waiting_bytes + size > MAX_WAITING_BYTES:
                self._leave_out("More exchanges came at once than can be written.")
            else:
                self._waiting.append((request, response))
                self._waiting_bytes += size
                self._start()
                self._condition.notify_all()

    def flush(self) -> None:
        """Wait until everything that was handed over is written."""
        with self._condition:
            self._condition.wait_for(lambda: not self._waiting)

    def close(self) -> None:
        """Write what was handed over, and nothing thereafter."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._work, name="recording", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting or self._is_closed)
                if not self._waiting:
                    return
                request, response = self._waiting[0]
            reason = self._try_to_write(request, response)
            with self._condition:
                self._waiting.popleft()
                self._waiting_bytes -= len(request.body) + len(response.body)
                if reason:
                    self._leave_out(reason)
                self._condition.notify_all()

    def _leave_out(self, reason: str) -> None:
        self.left_out_count += 1
        if len(self.left_out) < _MAX_REASONS:
            self.left_out.append(reason)

    def _try_to_write(self, request: Message, response: Message) -> str:
        """Write an exchange; the reason where that cannot be done."""
        try:
            self._write_exchange(request, response)
        except RedactionError as error:
            return f"An exchange cannot be redacted. {error}"
        except OSError as error:
            return f"An exchange cannot be written: {error.strerror}."
        except Exception as error:
            return f"An exchange cannot be recorded ({type(error).__name__})."
        return ""

    def _write_exchange(self, request: Message, response: Message) -> None:
        sent, answered = self._redact(request), self._redact(response)
        name = f"{self.written + 1:02d}-{_find_operation(sent)}"
        described = self._description()
        if described != self._described:
            # The description has every pseudonym before a message does.
            self._write_whole("recording.toml", described.encode())
            self._described = described
        # Readers of the folder begin with the requests, so they ignore an answer without one.
        self._write_whole(f"{name}.response.xml", answered)
        self._write_whole(f"{name}.request.xml", sent)
        self.written += 1

    def _redact(self, message: Message) -> bytes:
        return message.body if self._redactor is None else self._redactor.redact(message.body, message.charset)

    def _write_whole(self, name: str, content: bytes) -> None:
        """Write a file as a whole or not at all."""
        with NamedTemporaryFile(dir=self._into, prefix=".", delete=False) as file:
            temporary = Path(file.name)
        try:
            temporary.write_bytes(content)
            temporary.replace(self._into / name)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise

    def _description(self) -> str:
        if self._about is None:
            self._about = self._make_about()
        kept = "as they came, with secret and personal values." if self._redactor is None else "redacted."
        redacted = {} if self._redactor is None else self._redactor.redacted
        lines = [
            f"# Exchanges with a DRS, {kept}",
            f"title = {_toml(self._about.title)}",
            f"source = {_toml(self._about.source)}",
            f"profile = {_toml(self._about.profile)}",
            f"clock = {_toml(self._about.clock)}",
            "",
            "# Values that differ from one run to the next. They are compared by form, and put in place where needed.",
            "[volatile]",
            *(f"{name} = {_toml(form)}" for name, form in _VOLATILE.items()),
            "",
            "# What redaction put in the place of real values, which may be any.",
            "[redacted]",
            *(
                f"{_toml(name)} = [{', '.join(map(_toml, each))}]"
                for name, each in redacted.items()
                # What is volatile is compared by its form anyway.
                if name not in _VOLATILE
            ),
        ]
        return "\n".join(lines) + "\n"


def _make_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FolderError(f"{folder} is not empty.", "Record into a folder of its own.")
    except OSError as error:
        raise FolderError(f"{folder} cannot be recorded into: {error.strerror}.") from None
    return folder


def _find_operation(request: bytes) -> str:
    """The name of the Body's child, if DRS has such an operation."""
    try:
        wrapper = parse_xml(request).find(f"{{{SOAP}}}Body/*")
    except NotXmlError:
        return "unknown"
    name = "unknown" if wrapper is None else etree.QName(wrapper).localname
    return name if name in OPERATIONS else "unknown"


def _toml(text: str) -> str:
    """A text as a string of TOML, whose escapes are JSON's but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
