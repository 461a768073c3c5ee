"""Evidence: the exchange that shows why a clause is broken, laid out and cut around the place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from drs_contracts.driver.messages import Exchange
from drs_contracts.xml import NotXmlError, parse_xml

_MAX_CHARACTERS = 20_000
_SECRET = "password"  # noqa: S105 - the name of an element
_HIDDEN = "***"
# What of a reason can be found again in a message: quoted text, names of elements, dates, ids.
_TELLING = re.compile(r"'([^']+)'|\b([a-z]+[A-Z]\w*)|(\d[\w:.+-]{2,})")


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """An exchange as text to read.

    Args:
        operation: The operation.
        sent: The request, one element a line.
        status: The HTTP status of the reply.
        came: The reply, one element a line.
    """

    operation: str
    sent: str
    status: int
    came: str


def find_shown(exchanges: Sequence[Exchange], reason: str) -> Exchange | None:
    """Find the exchange that shows a reason: the one whose messages have most of its values, the latest of several.

    Where the reason names an operation, it is one of that operation.
    """
    words = _find_words(reason)
    chosen = [each for each in exchanges if each.operation in words] or exchanges
    return max(reversed(chosen), key=lambda each: sum(word.encode() in each.reply.body for word in words), default=None)


def show(exchange: Exchange, reason: str, max_lines: int) -> ShownExchange:
    """Lay out an exchange, each message cut to ``max_lines`` around what the reason names. Passwords are hidden."""
    words = _find_words(reason)
    sent, came = (_cut(lay_out(body), words, max_lines) for body in (exchange.sent, exchange.reply.body))
    return ShownExchange(exchange.operation, sent, exchange.reply.status, came)


def _find_words(reason: str) -> list[str]:
    return [word for found in _TELLING.findall(reason) for word in found if word]


def lay_out(body: bytes) -> str:
    """Lay out a message, one element a line, with its password hidden; what is not XML stays as it is."""
    try:
        root = parse_xml(body)
    except NotXmlError:
        return body.decode("utf-8", "replace")
    for element in root.iter(etree.Element):
        if len(element) and not (element.text or "").strip():
            element.text = None
        if not (element.tail or "").strip():
            element.tail = None
        if etree.QName(element).localname == _SECRET and element.text:
            element.text = _HIDDEN
    return etree.tostring(root, encoding="unicode", pretty_print=True).rstrip()


def _cut(text: str, words: Sequence[str], max_lines: int) -> str:
    lines = [_shorten(line) for line in text.splitlines()]
    if len(lines) <= max_lines:
        return "\n".join(lines)
    hits = [sum(word in line for word in words) for line in lines]
    place = hits.index(max(hits)) if any(hits) else 0
    begin = max(0, min(place - max_lines // 2, len(lines) - max_lines))
    end = begin + max_lines
    before = [f"… {begin} lines"] if begin else []
    after = [f"… {len(lines) - end} lines"] if end < len(lines) else []
    return "\n".join([*before, *lines[begin:end], *after])


def _shorten(line: str) -> str:
    more = len(line) - _MAX_CHARACTERS
    return line if more <= 0 else f"{line[:_MAX_CHARACTERS]}… ({more} more characters)"
