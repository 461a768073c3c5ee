"""Writes a recording: exchanges as pairs of files and their description, redacted before they touch the disk."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

from lxml import etree

from drs_contracts.driver.messages import SOAP
from drs_contracts.errors import ContractsError
from drs_contracts.recordings.redaction import WITHHELD, RedactionError, Redactor
from drs_contracts.xml import NotXmlError, parse_xml

_OPERATION = re.compile(r"[A-Za-z]\w{0,60}", re.ASCII)
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

    The texts of errors are withheld until ``close``, because only then every value is known that must not be told in
    them. Until then they are kept in memory.

    Args:
        into: The folder; made where it is not there, and empty where it is.
        about: What the description says.
        redactor: Redacts; without it secrets and personal data are written as they come.

    Raises:
        FolderError: The folder cannot be made, or has files.
    """

    def __init__(self, into: Path, about: About, redactor: Redactor | None) -> None:
        self._into = _made_ready(into)
        self._about = about
        self._redactor = redactor
        self._lock = Lock()
        self._closed = False
        self._described = ""
        self._withheld: dict[str, Message] = {}
        self.written = 0
        self.left_out: list[str] = []

    def write(self, request: Message, response: Message) -> None:
        """Write an exchange, or tell in ``left_out`` why not: its caller has the answer already, and is not to fail."""
        with self._lock:
            if self._closed:
                self.left_out.append("An exchange ended after the recording.")
                return
            try:
                self._write_exchange(request, response)
            except RedactionError as error:
                self.left_out.append(f"An exchange cannot be redacted. {error}")
            except OSError as error:
                self.left_out.append(f"An exchange cannot be written: {error.strerror}.")

    def close(self) -> None:
        """Write what was withheld, and nothing thereafter."""
        with self._lock:
            self._closed = True
            try:
                for name, message in self._withheld.items():
                    self._write_described({name: self._redacted(message)})
            except OSError as error:
                self.left_out.append(f"The texts of errors cannot be written: {error.strerror}.")
            self._withheld.clear()

    def _write_exchange(self, request: Message, response: Message) -> None:
        sent = self._redacted(request, withhold_messages=True)
        answered = self._redacted(response, withhold_messages=True)
        name = f"{self.written + 1:02d}-{_operation(sent)}"
        answer_file, request_file = f"{name}.response.xml", f"{name}.request.xml"
        # Whoever reads the folder begins with the requests, so that an answer alone does no harm.
        self._write_described({answer_file: answered, request_file: sent})
        self.written += 1
        if WITHHELD.encode() in sent:
            self._withheld[request_file] = request
        if WITHHELD.encode() in answered:
            self._withheld[answer_file] = response

    def _redacted(self, message: Message, *, withhold_messages: bool = False) -> bytes:
        if self._redactor is None:
            return message.body
        return self._redactor.redact(message.body, message.charset, withhold_messages=withhold_messages)

    def _write_described(self, files: Mapping[str, bytes]) -> None:
        """Write files, and before them the description that has every stand-in in them."""
        described = self._description()
        if described != self._described:
            self._write_whole("recording.toml", described.encode())
            self._described = described
        for name, content in files.items():
            self._write_whole(name, content)

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
        kept = "as they came, with secret and personal values." if self._redactor is None else "redacted."
        stand_ins = {} if self._redactor is None else self._redactor.redacted
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
            *(f"{_toml(name)} = [{', '.join(map(_toml, each))}]" for name, each in stand_ins.items()),
        ]
        return "\n".join(lines) + "\n"


def _made_ready(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FolderError(f"{folder} is not empty. Record into a folder of its own.")
    except OSError as error:
        raise FolderError(f"{folder} cannot be recorded into: {error.strerror}.") from None
    return folder


def _operation(request: bytes) -> str:
    """The name of the Body's child, where it can be part of a file's name."""
    try:
        wrapper = parse_xml(request).find(f"{{{SOAP}}}Body/*")
    except NotXmlError:
        return "unknown"
    name = "unknown" if wrapper is None else etree.QName(wrapper).localname
    return name if _OPERATION.fullmatch(name) else "unknown"


def _toml(text: str) -> str:
    """A text as a string of TOML, whose escapes are JSON's but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
