"""A counterexample as a story: the fewest calls from a fresh DRS that still get the answer that breaks a clause.

A simulator in this process is made fresh before each attempt: calls are left out as long as the answers that show the
fault stay the same. At an address nothing can be forgotten, so that story has all calls.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from xml.sax.saxutils import escape

from drs_contracts.driver.messages import Exchange, Reply
from drs_contracts.driver.targets import Target, read_callbacks

_Event: TypeAlias = "tuple[bytes, Reply, timedelta]"
"""A call: request, answer, and how far the clock was set forward before it."""

_READ_ONLY = ("checkAvailability", "getSchedule", "select")
# What DRS gives and callers send back.
_GIVEN = re.compile(rb"<(sessionId|bookingId|orderId)>([^<]+)<")
_TOKEN = re.compile(rb"<tokenId>[A-Za-z0-9]{40}<")
_CODES = re.compile(rb"<theBookingCodes>.*?</theBookingCodes>", re.DOTALL)
_NUMBER = re.compile(rb"<primaryOrderNumber>([^<]*[^<\s][^<]*)<")
_ON_SESSIONS = ("openSession", "closeSession")
_ON_RECORDS = ("updateResource", "updateLocation", "updateBookingCode")
_TAKES_A_PLACE = ("scheduleBooking", "createReservation")
_FREES_A_PLACE = ("deleteBooking", "deleteOrder", "completeOrder")
_DECLARATION = re.compile(rb"^<\?xml[^>]*\?>\s*")
_MAX_SECONDS = 3.0
_MAX_CALLS = 2_000


@dataclass(frozen=True, slots=True)
class GivenValue:
    """A value that DRS gives in one answer and that later requests send back.

    Args:
        name: The name that stands for it in the requests: ``{session_1}``.
        member: The member in the answer.
        place: Which of the members of that name it is, from 0.
    """

    name: str
    member: str
    place: int


@dataclass(frozen=True, slots=True)
class StoryCall:
    """One call of a story.

    Args:
        operation: The operation.
        sent: The request; ``{session_1}`` and the like stand for what earlier answers gave, ``{password}`` for the
            password.
        came: The answer, with the same names in it.
        gives: The values of the answer that later requests need.
        http: The HTTP status and the Content-Type of the answer.
        is_judged: Whether it is this answer that shows the fault.
        wait: How far the clock is set forward before the call.
    """

    operation: str
    sent: str
    came: str
    http: str
    gives: tuple[GivenValue, ...] = ()
    is_judged: bool = False
    wait: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Story:
    """The calls that show that a clause is broken.

    Args:
        calls: The calls in their order.
        began: The time of the fresh DRS with which the story begins, aware; ``None`` where DRS cannot be made fresh, so
            that the story has calls that are not needed.
    """

    calls: tuple[StoryCall, ...]
    began: datetime | None = None


class RecordingTarget:
    """Records what is done with a target, from its last renewal on."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.login = target.login
        self.password = target.password
        self.began: datetime | None = None
        self._events: list[_Event] = []
        self._wait = timedelta()

    def post(self, body: bytes) -> Reply:
        """See ``Target.post``."""
        self.began = self.began or self.now()
        reply = self._target.post(body)
        self._events.append((body, reply, self._wait))
        self._wait = timedelta()
        return reply

    def wsdl(self) -> Reply:
        """See ``Target.wsdl``."""
        return self._target.wsdl()

    def now(self) -> datetime:
        """See ``Target.now``."""
        return self._target.now()

    def renew(self) -> None:
        """See ``Target.renew``."""
        self._target.renew()
        self._events, self.began, self._wait = [], None, timedelta()

    def move_clock(self, by: timedelta) -> None:
        """See ``Target.move_clock``."""
        self._target.move_clock(by)
        if self.began is not None:
            self._wait += by

    def callbacks(self) -> tuple[bytes, ...]:
        """See ``ShowsCallbacks.callbacks``."""
        return read_callbacks(self._target)

    def list_events(self) -> list[_Event]:
        """List the calls since the last renewal: request, answer, and the move of the clock before it."""
        return list(self._events)


def tell_story(
    target: Target, recorded: RecordingTarget, shown: Sequence[Exchange], start: Callable[[], None]
) -> Story | None:
    """Make the shortest story of what was recorded.

    Args:
        target: The DRS, which can be made fresh.
        recorded: The calls that broke the clause.
        shown: The exchanges that show it, the latest one last.
        start: Makes the DRS fresh and sets its clock.

    Returns:
        The story; ``None`` where the calls are not what was recorded when they are made again.
    """
    events = recorded.list_events()[:_MAX_CALLS]
    judged = _find_judged(events, shown)
    if not judged or recorded.began is None:
        return None

    def replay(kept: Sequence[int]) -> _Replay:
        start()
        return _send_again(target, events, kept)

    needs = _find_needs(events)

    def is_enough(kept: Sequence[int]) -> bool:
        there = frozenset(kept)
        return all(needs[place] <= there for place in kept) and replay(kept).is_alike(judged)

    everything = tuple(range(max(judged) + 1))
    if not is_enough(everything):
        return None
    kept = _shorten(everything, _find_units(events[: max(judged) + 1], judged), is_enough)
    calls, again = (replay(kept).to_calls(judged, target.password) for _ in range(2))
    return Story(calls, recorded.began) if calls == again else None


def tell_whole_story(exchanges: Sequence[Exchange], shown: Sequence[Exchange], password: str) -> Story | None:
    """Make a story of all calls up to the one that shows the fault, for a DRS that cannot be made fresh."""
    events: list[_Event] = [(each.sent, each.reply, timedelta()) for each in exchanges]
    judged = _find_judged(events, shown)
    return Story(_name(events[: max(judged) + 1], judged, password)) if judged else None


def _operation_of(body: bytes) -> str:
    found = re.search(rb"Body>\s*(?:<!--.*?-->\s*)*<(?:\w+:)?(\w+)", body, re.DOTALL)
    return found.group(1).decode() if found else ""


def _find_judged(events: Sequence[_Event], shown: Sequence[Exchange]) -> frozenset[int]:
    """The calls that show the fault, and the same questions before the last one, with which it may disagree."""
    judged: set[int] = set()
    for exchange in shown:
        alike = (
            place for place, (body, reply, _) in enumerate(events) if (body, reply) == (exchange.sent, exchange.reply)
        )
        judged |= set(list(alike)[-1:])
    if not judged:
        return frozenset()
    last = max(judged)
    operation = _operation_of(events[last][0])
    has_changed = False
    for place in range(last - 1, -1, -1) if operation.startswith(_READ_ONLY) else ():
        before = _operation_of(events[place][0])
        has_changed = has_changed or not before.startswith(_READ_ONLY)
        if has_changed and operation != "checkAvailability":
            break
        if before == operation:
            judged.add(place)
            # Of the offers before a change the latest ones are enough.
            if has_changed:
                break
    return frozenset(judged)


def _find_units(events: Sequence[_Event], judged: frozenset[int]) -> list[frozenset[int]]:
    """The calls that can be left out, together where one alone would change what is right.

    A question changes nothing. What is done with an order is left out with the order, or not at all: DRS may be wrong
    in that it ignores a call, and then the story needs that call all the same. An order that has a place at the end is
    left out only where that makes a refusal of a place more wrong.
    """
    questions: list[frozenset[int]] = []
    groups: dict[bytes, set[int]] = {}
    operations = [_operation_of(body) for body, _, _ in events]
    for place, (body, reply, _) in enumerate(events):
        operation = operations[place]
        if operation in _ON_RECORDS or place in judged:
            continue
        if operation.startswith(_READ_ONLY):
            questions.append(frozenset((place,)))
            continue
        keys = _list_keys(body, reply, operation)
        joined = {place}.union(*(groups.get(key, set()) for key in keys))
        for each in joined:
            keys |= _list_keys(events[each][0], events[each][1], operations[each])
        groups |= dict.fromkeys(keys, joined)
    last = max(judged)
    is_refused = operations[last] in _TAKES_A_PLACE and not _succeeded(events[last][1])
    shows_one_order = operations[last] == "selectOrder"
    shows_all_orders = operations[last] in ("selectBooking", "selectAlerts", "getSchedule")
    named = _list_keys(events[last][0], events[last][1], operations[last])
    stays = frozenset[int]().union(*(groups.get(key, set()) for key in named))
    left_out: dict[frozenset[int], None] = {}
    for group in map(frozenset, groups.values()):
        done = [operations[place] for place in group]
        is_session = set(done) <= set(_ON_SESSIONS)
        has_no_part = is_refused or shows_one_order or not (shows_all_orders or _has_a_place(done))
        if not group & stays and (is_session or has_no_part):
            left_out[group] = None
    return [*questions, *left_out]


def _has_a_place(operations: Sequence[str]) -> bool:
    return any(each in _TAKES_A_PLACE for each in operations) and not any(each in _FREES_A_PLACE for each in operations)


def _list_keys(body: bytes, reply: Reply, operation: str) -> set[bytes]:
    """What a call is about: a session, or an order by its number and its ids."""
    if operation in _ON_SESSIONS:
        return {value for member, value in _GIVEN.findall(body + reply.body) if member == b"sessionId"}
    given = reply.body if operation in ("createOrder", "createBooking") else b""
    ids = {b"%s %s" % each for each in _GIVEN.findall(body + given) if each[0] != b"sessionId" and each[1] != b"0"}
    # The number beside a code need not be the order's.
    return ids | set(_NUMBER.findall(_CODES.sub(b"", body)))


def _find_needs(events: Sequence[_Event]) -> list[frozenset[int]]:
    """For each call the earlier ones that give what it sends."""
    givers: dict[tuple[bytes, bytes], int] = {}
    needs: list[frozenset[int]] = []
    for place, (body, reply, _) in enumerate(events):
        needs.append(frozenset(givers[each] for each in _GIVEN.findall(body) if each in givers))
        for given in _GIVEN.findall(reply.body):
            givers.setdefault(given, place)
    return needs


def _shorten(
    everything: Sequence[int], units: Sequence[frozenset[int]], is_enough: Callable[[Sequence[int]], bool]
) -> tuple[int, ...]:
    """Leave units out, many at once and then one by one, as long as the rest is enough."""
    kept, rest, until = tuple(everything), list(units), time.monotonic() + _MAX_SECONDS
    size = max(1, len(rest))
    while rest and time.monotonic() < until:
        place, has_changed = len(rest), False
        while place > 0 and time.monotonic() < until:
            begin = max(0, place - size)
            without: frozenset[int] = frozenset().union(*rest[begin:place])
            fewer = tuple(each for each in kept if each not in without)
            if is_enough(fewer):
                kept, has_changed = fewer, True
                del rest[begin:place]
            place = begin
        if size == 1 and not has_changed:
            break
        size = max(1, size // 2)
    return kept


@dataclass(slots=True)
class _Replay:
    """Calls that were sent again: by their places, what was recorded and what came now."""

    places: list[int] = field(default_factory=list)
    recorded: list[Reply] = field(default_factory=list)
    events: list[_Event] = field(default_factory=list)
    given: dict[tuple[bytes, bytes], bytes] = field(default_factory=dict)

    def is_alike(self, judged: frozenset[int]) -> bool:
        """Whether the answers that show the fault are as recorded, and so is the success of the others."""
        pairs = zip(self.places, self.recorded, self.events, strict=True)
        return all(
            self._is_same(before, now) if place in judged else _succeeded(before) == _succeeded(now)
            for place, before, (_, now, _) in pairs
        )

    def _is_same(self, before: Reply, now: Reply) -> bool:
        recorded, came = (_TOKEN.sub(b"", body) for body in (self.translate(before.body), now.body))
        return (before.status, before.content_type, recorded) == (now.status, now.content_type, came)

    def to_calls(self, judged: frozenset[int], password: str) -> tuple[StoryCall, ...]:
        """The calls with names."""
        shows = [number for number, place in enumerate(self.places) if place in judged]
        return _name(self.events, shows, password)

    def translate(self, body: bytes) -> bytes:
        """Put what DRS gave this time in place of what it gave."""
        return _GIVEN.sub(lambda found: b"<%s>%s<" % (found[1], self.given.get((found[1], found[2]), found[2])), body)

    def learn(self, before: Reply, now: Reply) -> None:
        """Learn what DRS gives this time, from an answer."""
        for one, other in zip(_GIVEN.findall(before.body), _GIVEN.findall(now.body), strict=False):
            if one[0] == other[0]:
                self.given.setdefault(one, other[1])


def _succeeded(reply: Reply) -> bool:
    return b"<status>success" in reply.body


def _send_again(target: Target, events: Sequence[_Event], kept: Sequence[int]) -> _Replay:
    """Send some of the calls again."""
    replay, chosen, waiting = _Replay(), frozenset(kept), timedelta()
    for place, (body, reply, moved) in enumerate(events):
        waiting += moved
        if place not in chosen:
            continue
        if waiting:
            target.move_clock(waiting)
        again = replay.translate(body)
        came = target.post(again)
        replay.learn(reply, came)
        replay.places.append(place)
        replay.recorded.append(reply)
        replay.events.append((again, came, waiting))
        waiting = timedelta()
    return replay


def _name(events: Sequence[_Event], judged: Iterable[int], password: str) -> tuple[StoryCall, ...]:
    """Give names to what DRS gives and later requests send, and to the password."""
    hidden = b"<password>%s<" % escape(password).encode()
    shows = frozenset(judged)
    names: dict[tuple[bytes, bytes], str] = {}
    calls: list[StoryCall] = []
    for place, (sent_body, reply, wait) in enumerate(events):
        body = _DECLARATION.sub(b"", sent_body)
        later = b"".join(sent for sent, _, _ in events[place + 1 :])
        gives: list[GivenValue] = []
        seen: dict[bytes, int] = {}
        for member, value in _GIVEN.findall(reply.body):
            number = seen.get(member, 0)
            seen[member] = number + 1
            if (member, value) not in names and b"<%s>%s<" % (member, value) in later:
                kind = member.decode().removesuffix("Id")
                name = f"{kind}_{1 + sum(each.startswith(kind) for each in names.values())}"
                names[member, value] = name
                gives.append(GivenValue(name, member.decode(), number))
        calls.append(
            StoryCall(
                operation=_operation_of(body),
                sent=_replace(body.replace(hidden, b"<password>{password}<"), names),
                came=_replace(_TOKEN.sub(b"<tokenId><", reply.body), names),
                http=f"{reply.status} {reply.content_type}",
                gives=tuple(gives),
                is_judged=place in shows,
                wait=wait,
            )
        )
    return tuple(calls)


def _replace(body: bytes, names: Mapping[tuple[bytes, bytes], str]) -> str:
    named = _GIVEN.sub(
        lambda found: (
            b"<%s>%s<" % (found[1], f"{{{names[found[1], found[2]]}}}".encode())
            if (found[1], found[2]) in names
            else found[0]
        ),
        body,
    )
    return named.decode("utf-8", "replace")
