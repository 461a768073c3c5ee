"""The exchanges of a run: how those of two runs differ, and what they exercise."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from drs_simulator import Guess, JournalEntry, Profile
from lxml import etree

from drs_contracts.xml import NotXmlError, parse_xml

_NEAR = timedelta(minutes=10)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_RANDOM = ("sessionId", "tokenId")
_NUMBER = "primaryOrderNumber"
_MIN_NUMBER = 3
_SHOWN_LINES = 24
_SHOWN_DIFFERENCES = 6
_NOTHING = "nothing"


class KeptExchange(NamedTuple):
    """One call of a run, without secrets, and the simulated time at which it was made."""

    operation: str
    time: datetime
    sent: bytes
    came: bytes


class ChangedMember(NamedTuple):
    """A member of an answer, as it was and as it is in a variant."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """A call whose answer is another one in a variant.

    Args:
        operation: The operation.
        sent: The request, one element a line, cut to its beginning.
        changed: What differs in the answer, cut to its beginning.
        more: How many members differ that are not in ``changed``.
    """

    operation: str
    sent: str
    changed: tuple[ChangedMember, ...]
    more: int = 0


def keep_exchange(entry: JournalEntry) -> KeptExchange:
    """Keep of a journal's entry what two runs are compared by."""
    return KeptExchange(entry.operation, entry.time, entry.request, entry.response)


def write_exchanges(file: Path, exchanges: Iterable[KeptExchange]) -> None:
    """Append exchanges to a file, a line of JSON for each."""
    with file.open("a", encoding="utf-8") as lines:
        for each in exchanges:
            bodies = [base64.b64encode(body).decode() for body in (each.sent, each.came)]
            lines.write(json.dumps([each.operation, each.time.isoformat(), *bodies]) + "\n")


def read_exchanges(file: Path) -> list[KeptExchange]:
    """Read what ``write_exchanges`` wrote; a line that was cut off is left out."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            operation, time, sent, came = json.loads(line)
        except ValueError:
            continue
        found.append(
            KeptExchange(operation, datetime.fromisoformat(time), base64.b64decode(sent), base64.b64decode(came))
        )
    return found


def find_exercised(guesses: Iterable[Guess], exchanges: Sequence[KeptExchange], profile: Profile) -> set[str]:
    """Find the settings of guesses that these exchanges exercise.

    A text is exercised if DRS has answered with the profile's text, another setting if a request has what the guess
    needs.
    """
    requests = {_names(each.sent) for each in exchanges}
    refusals = {
        text
        for each in exchanges
        for path, text in read_members(each.came)
        if path.endswith(("errorMsg", "faultstring"))
    }
    found = set()
    for guess in guesses:
        if guess.sent:
            needs = [frozenset(line.split()) for line in guess.sent]
            is_exercised = any(need <= names for need in needs for names in requests)
        else:
            text = _as_pattern(str(guess.read(profile)))
            is_exercised = any(text.fullmatch(refusal) for refusal in refusals)
        if is_exercised:
            found.add(guess.setting)
    return found


def find_difference(before: Sequence[KeptExchange], after: Sequence[KeptExchange]) -> ShownDifference | None:
    """Find the first call of ``after`` whose answer no call of ``before`` had; ``None`` if all answers are the same.

    Where each answer was there before, it is the first that differs from its counterpart: the call of the operation
    that came as late. Session and token ids, numbers of orders and times near the time of a call differ in any two
    runs, and do not count.
    """
    known, numbers = _Numbers(before), _Numbers(after)
    answers: dict[str, list[_Answer]] = {}
    for each in before:
        answers.setdefault(each.operation, []).append(known.plain(each))
    counted, moved = Counter[str](), None
    for each in after:
        earlier = answers.get(each.operation, [()])
        counterpart = earlier[min(counted[each.operation], len(earlier) - 1)]
        counted[each.operation] += 1
        came = numbers.plain(each)
        if came not in earlier:
            return _show(each, counterpart, came)
        if moved is None and came != counterpart:
            moved = each, counterpart, came
    return None if moved is None else _show(*moved)


_Answer = tuple[tuple[str, str], ...]


class _Numbers:
    """The numbers of orders of a run, which another run may not have."""

    def __init__(self, exchanges: Iterable[KeptExchange]) -> None:
        leaves = chain.from_iterable(read_members(each.sent) for each in exchanges)
        found = {text for path, text in leaves if path.endswith(_NUMBER) and len(text) >= _MIN_NUMBER}
        self._pattern = re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))) or r"(?!)")

    def plain(self, exchange: KeptExchange) -> _Answer:
        """Return the answer without what differs in any two runs."""
        return tuple(
            (path, "…" if path.endswith(_RANDOM) else self._plain_text(text, exchange.time))
            for path, text in read_members(exchange.came)
        )

    def _plain_text(self, text: str, time: datetime) -> str:
        if (date := _DATE.fullmatch(text)) and abs(datetime.fromisoformat(date[0]) - time) < _NEAR:
            return "now"
        return self._pattern.sub("NUMBER", text)


def _show(exchange: KeptExchange, before: _Answer, after: _Answer) -> ShownDifference:
    was, now = _numbered(before), _numbered(after)
    paths = [*was, *(path for path in now if path not in was)]
    changed = [
        ChangedMember(path, was.get(path, _NOTHING), now.get(path, _NOTHING))
        for path in paths
        if was.get(path) != now.get(path)
    ]
    # What says most comes first: the refusal, then the status.
    changed.sort(
        key=lambda each: (not each.path.endswith(("errorMsg", "faultstring")), not each.path.endswith("status"))
    )
    shown = tuple(changed[:_SHOWN_DIFFERENCES])
    return ShownDifference(exchange.operation, _lay_out(exchange.sent), shown, len(changed) - len(shown))


def _numbered(answer: _Answer) -> dict[str, str]:
    """Members by path; the second one of a path has a number, and so on."""
    counted: Counter[str] = Counter()
    found = {}
    for path, text in answer:
        counted[path] += 1
        found[path if counted[path] == 1 else f"{path}[{counted[path]}]"] = text
    return found


def read_members(body: bytes) -> Iterator[tuple[str, str]]:
    """Every element without children, by its path below the return element, with its text."""
    try:
        root = parse_xml(body)
    except NotXmlError:
        yield "body", body.decode("utf-8", "replace").strip()
        return
    ahead = [("", root)]
    while ahead:
        path, element = ahead.pop()
        children = list(element)
        if not children:
            yield path, (element.text or "").strip()
        for child in reversed(children):
            name = etree.QName(child).localname
            is_frame = name in ("Body", "return") or name.endswith("Response")
            ahead.append((path if is_frame else f"{path}/{name}".lstrip("/"), child))


def _names(body: bytes) -> frozenset[str]:
    """The names of all elements of a request, and those with a text as ``name=text`` too."""
    try:
        elements = list(parse_xml(body).iter(etree.Element))
    except NotXmlError:
        return frozenset()
    named = [(etree.QName(each).localname, (each.text or "").strip()) for each in elements]
    return frozenset({name for name, _ in named} | {f"{name}={text}" for name, text in named if text})


def _as_pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", ".*", re.escape(template)), re.DOTALL)


def _lay_out(body: bytes) -> str:
    try:
        root = parse_xml(body)
    except NotXmlError:
        return body.decode("utf-8", "replace")
    found = root.find("{*}Body/*/*")
    # A copy of its own has none of the envelope's namespaces.
    request = root if found is None else parse_xml(etree.tostring(found, with_tail=False))
    for element in request.iter(etree.Element):
        if len(element) and not (element.text or "").strip():
            element.text = None
        element.tail = None
    etree.cleanup_namespaces(request)
    lines = etree.tostring(request, encoding="unicode", pretty_print=True).rstrip().splitlines()
    more = [f"… {len(lines) - _SHOWN_LINES} more lines"] if len(lines) > _SHOWN_LINES else []
    return "\n".join([*lines[:_SHOWN_LINES], *more])
