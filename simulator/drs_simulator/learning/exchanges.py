"""The exchanges that a profile is learnt from, read by the names of their members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from drs_simulator.errors import UnusableError

SUCCESS = "success"


class LearnError(UnusableError):
    """Nothing can be learnt from the source, or the profile cannot be written; the message says what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class SeenExchange:
    """A request with its response. Members are read without their namespaces.

    Args:
        name: What it is called in evidence, ``exchange 03-checkAvailability``.
        operation: The operation that was called; empty if the request cannot be read.
        sent: The members of the request; ``None`` if it cannot be read.
        answer: The members of the response; ``None`` for a fault, and for what is not SOAP.
        fault: The text of the response's fault; ``None`` without one.
        request: The request as it was sent.
        charset: The charset that its Content-Type names; ``None`` for none.
    """

    name: str
    operation: str
    sent: etree._Element | None
    answer: etree._Element | None
    fault: str | None
    request: bytes
    charset: str | None

    @property
    def is_success(self) -> bool:
        """Whether DRS did what was asked."""
        return self.answer is not None and text_of(self.answer, "status") == SUCCESS

    @property
    def refusal(self) -> str | None:
        """The words of a refusal; ``None`` if it is not one."""
        if self.answer is None or self.is_success:
            return None
        return text_of(self.answer, "errorMsg")

    def sent_texts(self, member: str) -> tuple[str, ...]:
        """The values of a member of the request wherever it stands, without white space around them."""
        return texts_of(self.sent, member)

    def sent_text(self, member: str) -> str | None:
        """The first of ``sent_texts``; ``None`` if the member is not sent."""
        return next(iter(self.sent_texts(member)), None)

    def answered(self, member: str) -> Iterator[etree._Element]:
        """The elements of that name in the response, in order."""
        if self.answer is not None:
            yield from self.answer.iter(member)


@dataclass(frozen=True, slots=True)
class SeenTraffic:
    """What a source has.

    Args:
        name: What it is called in evidence, ``recording lincoln-2021``.
        title: What it is called in the profile.
        exchanges: The exchanges, in the order of time.
        is_simulated: Whether a simulator answered.
        instance: The installation's name in the addresses that were called; empty if no address is known.
        pseudonyms: Values that stand for real ones already.
        passed_over: How many exchanges lack a body.
    """

    name: str
    title: str
    exchanges: tuple[SeenExchange, ...]
    is_simulated: bool = False
    instance: str = ""
    pseudonyms: frozenset[str] = frozenset()
    passed_over: int = 0

    def of(self, *operations: str) -> Iterator[SeenExchange]:
        """The exchanges of these operations that can be read."""
        return (each for each in self.exchanges if each.operation in operations and each.sent is not None)


def text_of(element: etree._Element | None, path: str) -> str | None:
    """The text at a path, without white space around it; ``None`` if there is no such element."""
    found = None if element is None else element.find(path)
    return None if found is None else (found.text or "").strip()


def texts_of(element: etree._Element | None, member: str) -> tuple[str, ...]:
    """The texts of all elements of that name, without white space around them."""
    return () if element is None else tuple((each.text or "").strip() for each in element.iter(member))
