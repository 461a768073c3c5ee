"""What a failed test shows of its exchanges: a line for each call, and the decisive one laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest
from drs_simulator import AdminError, JournalEntry, Outcome
from lxml import etree

from drs_contracts.pytest_plugin.calls import describe_call, find_body
from drs_contracts.pytest_plugin.fixtures import JOURNAL, POOL

_MAX_LISTED = 15
_MAX_LINES = 18
_MAX_LINES_OF_SUCCESS = 10
_MAX_VALUE = 70
_MAX_PLAIN = 300
# What answers a question comes before what fills the answer.
_DECISIVE = ("errorMsg", "faultcode", "faultstring", "status")
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def list_sections(item: pytest.Item) -> list[tuple[str, str]]:
    """List the sections of a failed test's report: one for each DRS that it called."""
    journals: list[tuple[str, Sequence[JournalEntry]]] = []
    # A failed test may have left a DRS elsewhere that does not answer; its report says the rest.
    with suppress(AdminError):
        journals += [("DRS", item.stash[JOURNAL].entries())] if JOURNAL in item.stash else []
    if POOL in item.config.stash:
        made = item.config.stash[POOL].simulators
        journals += [(f"DRS ({each.profile.name})", each.journal.entries()) for each in made]
    return [(title, format_exchanges(entries)) for title, entries in journals if entries]


def format_exchanges(entries: Sequence[JournalEntry]) -> str:
    """Format the calls of a test, a line each, and below them the decisive ones as indented XML.

    Decisive is the last call, and before it the last one that did not succeed. Long values and messages are cut.
    """
    left_out = len(entries) - _MAX_LISTED
    lines = [f"  … {left_out} earlier calls"] if left_out > 0 else []
    lines += [describe_call(each) for each in entries[-_MAX_LISTED:]]
    for each in _find_decisive(entries):
        lines += ["", *_format(each)]
    return "\n".join(lines)


def _find_decisive(entries: Sequence[JournalEntry]) -> list[JournalEntry]:
    failed = [each for each in entries if each.outcome is not Outcome.SUCCESS][-1:]
    return [*(each for each in failed if each is not entries[-1]), entries[-1]] if entries else []


def _format(entry: JournalEntry) -> Iterator[str]:
    yield f"{entry.number}. {entry.operation or 'unknown operation'}: {entry.outcome}"
    if entry.diagnosis:
        yield f"   {entry.diagnosis}"
    longest = _MAX_LINES_OF_SUCCESS if entry.outcome is Outcome.SUCCESS else _MAX_LINES
    yield from (f"   > {line}" for line in _lay_out(entry.request, longest))
    yield from (f"   < {line}" for line in _lay_out(entry.response, longest))


def _lay_out(body: bytes, longest: int) -> list[str]:
    """The content of the SOAP body, an element a line, without prefixes and what is nil."""
    root = find_body(body)
    if root is None:
        text = " ".join(body[: 4 * _MAX_PLAIN].decode("utf-8", "replace").split())
        return [text if len(text) <= _MAX_PLAIN else f"{text[:_MAX_PLAIN]}…"] if text else ["(nothing)"]
    while len(root) == 1 and len(root[0]):
        root = root[0]
    lines = list(_element_lines(root, 0))
    if len(lines) <= longest:
        return lines
    decisive = [each for each in lines if any(f"<{name}>" in each for name in _DECISIVE)]
    head = lines[: longest - len(decisive)]
    kept = [*head, *(each for each in decisive if each not in head)]
    return [*kept, f"… {len(lines) - len(kept)} more lines"]


def _element_lines(element: etree._Element, depth: int) -> Iterator[str]:
    name, margin = etree.QName(element).localname, "  " * depth
    text = " ".join((element.text or "").split())
    if len(element):
        yield f"{margin}<{name}>"
        for child in element:
            yield from _element_lines(child, depth + 1)
    elif text:
        shown = text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}… ({len(text)} characters)"
        yield f"{margin}<{name}>{shown}</{name}>"
    elif depth == 0 or element.get(_NIL) is None:
        yield f"{margin}<{name}/>"
