"""The errors of this package.

::

    ContractsError
    ├── UnreachableError        the DRS does not answer            driver.targets
    ├── ClockOutOfReachError    its clock cannot be set            driver.targets
    ├── CallbacksOutOfReachError  its callbacks cannot be seen  driver.targets
    ├── NoEnvelopeError         an answer is not a SOAP envelope      driver.messages
    ├── NoDateError             an answer has no date there        driver.messages
    ├── CannotListenError       an address cannot be listened on   http_server
    ├── NeedNotMetError         a check lacks what it starts from  driver.expectations
    ├── NotXmlError             bytes are no XML                   xml
    ├── CallbackFormError       a callback has a wrong form        callback_messages
    ├── NotReadyError           a DRS does not let us in           verify.preflight
    ├── RecordingError          a recording cannot be read         recordings.recording
    ├── RecorderError           nothing can be recorded            recordings.recorder
    ├── FolderError             a folder cannot be recorded into   recordings.writer
    ├── RedactionError          a message cannot be redacted       recordings.redaction
    ├── TrafficError            traffic cannot be observed         observe.sources
    ├── CommandError            a test command cannot be started   caller_command
    ├── DefaultFailsError       it fails though no guess is changed  guess.engine
    ├── SharedServerError       a server has no such tenant        exercise.hosts
    ├── ReportFileError         a report cannot be written         reports
    └── UsageError              options do not fit together        cli.output
"""

from __future__ import annotations

from typing import ClassVar


class ContractsError(Exception):
    """The base of all errors of this package.

    Args:
        message: What is wrong, in one sentence.
        remedy: What to do about it; may be empty.
    """

    exit_code: ClassVar[int] = 2
    """The exit code of a command that this error ends."""

    def __init__(self, message: str, remedy: str = "") -> None:
        # All arguments go to the base, so that errors can be pickled.
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ClauseBroken(AssertionError):
    """A clause does not hold; the message says what was found instead.

    Args:
        message: What was found.
        exchange: The exchange that shows it, where the check knows it.
    """

    def __init__(self, message: str, exchange: object = None) -> None:
        super().__init__(message)
        self.exchange = exchange
