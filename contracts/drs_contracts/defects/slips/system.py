"""A slip: a simulator that is wrong in one small way. The ways to make one, with its state and a twin at hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock
from typing import Any, TypeAlias
from xml.sax.saxutils import escape, unescape

from drs_simulator import Profile, Simulator, StateDocument

from drs_contracts.defects.base import Send, make_response
from drs_contracts.driver.messages import OPERATIONS, Reply
from drs_contracts.driver.targets import SimulatorTarget

_CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
_OPERATION = re.compile(rf"<(?:[\w.-]+:)?({'|'.join(OPERATIONS)})[\s/>]".encode())
_SUCCESS = b"<status>success</status>"
_SESSION = re.compile(rb"<sessionId>[^<]*</sessionId>")
PLANNING = ("checkAvailability", "scheduleBooking", "createReservation")
"""The operations that look for room in operatives' days."""
CHANGES = frozenset(
    {
        *("scheduleBooking", "createReservation", "confirmReservation", "createOrder", "createBooking"),
        *("updateOrder", "updateBooking", "completeOrder", "deleteBooking", "deleteOrder"),
        *("updateResource", "updateLocation", "updateBookingCode"),
    }
)
"""The operations that change orders, bookings or what they are planned by."""

Tables: TypeAlias = dict[str, Any]
"""The tables of a profile, by name."""


class System:
    """A simulator as a slip sees it: behind a caller's request, with its state.

    Args:
        simulator: The simulator.
        send: Hands a request to it.
    """

    def __init__(self, simulator: Simulator, send: Send) -> None:
        self.simulator = simulator
        self.send = send
        self.memory: dict[str, Any] = {}
        """What the slip remembers; forgotten when the simulator is reset."""
        self.lock = RLock()
        """Held while the state is replaced, as calls may come from several threads."""
        self._twins: dict[Callable[[Tables], None], SimulatorTarget] = {}

    @property
    def now(self) -> datetime:
        """The simulator's time."""
        return self.simulator.clock.now().astimezone(self.simulator.profile.zone)

    @property
    def state(self) -> StateDocument:
        """The whole state."""
        return self.simulator.export_state()

    def local(self, instant: datetime) -> datetime:
        """Return an instant in the installation's time zone."""
        return instant.astimezone(self.simulator.profile.zone)

    def change(self, **parts: Any) -> None:
        """Replace parts of the state."""
        self.simulator.import_state(self.state.model_copy(update=parts))

    def put_booking(self, changed: Any) -> None:
        """Replace a booking by one with the same id."""
        self.change(bookings=tuple(changed if each.id == changed.id else each for each in self.state.bookings))

    def send_with(self, body: bytes, ghosts: tuple[Ghost, ...]) -> Reply:
        """Send a request while these bookings are in operatives' days too."""
        if not ghosts:
            return self.send(body)
        state = self.state
        orders, bookings = _placed(ghosts, state)
        known = {each.id for each in state.orders}
        self.change(
            orders=(*state.orders, *(each for each in orders if each.id not in known)),
            bookings=(*state.bookings, *bookings),
        )
        reply = self.send(body)
        added, made = {each.id for each in bookings}, {each.id for each in orders} - known
        state = self.state
        self.change(
            orders=tuple(each for each in state.orders if each.id not in made),
            bookings=tuple(each for each in state.bookings if each.id not in added),
        )
        return reply

    def send_to_twin(self, body: bytes, edit: Callable[[Tables], None]) -> Reply:
        """Send a request to a simulator of another profile that has the same state before it, and after it."""
        twin = self._twins.get(edit)
        if twin is None:
            tables = self.simulator.profile.model_dump()
            edit(tables)
            twin = SimulatorTarget(Simulator(Profile.model_validate(tables), clock=_CLOCK, seed=0))
            self._twins[edit] = twin
        twin.simulator.import_state(self.state)
        reply = twin.post(body)
        self.simulator.import_state(twin.simulator.export_state())
        return reply


@dataclass(frozen=True, slots=True)
class Ghost:
    """A booking that should not be in an operative's day any more, with its order.

    Args:
        order: The order.
        booking: The booking as it was, with its appointment.
    """

    order: Any
    booking: Any


Behaviour: TypeAlias = Callable[[System, bytes], Reply]
"""Answers a request of a system."""


def pass_on(system: System, body: bytes) -> Reply:
    """Answer as the simulator does."""
    return system.send(body)


@dataclass(frozen=True, slots=True)
class Slip:
    """One way for a DRS to be wrong that an implementer could overlook.

    Args:
        kind: What it is about.
        statement: What the defective DRS does.
        behave: Answers a request.
        settings: What differs from the profile: single settings of a table, or a whole table.
        profile_name: The profile in which it shows.
        caught_by: The id of the clause that states what it breaks and notices it; empty if none can.
        unnoticed_because: Why no clause can notice it without accusing a DRS that is right.
    """

    kind: str
    statement: str
    behave: Behaviour = pass_on
    settings: Mapping[str, Any] = field(default_factory=dict)
    profile_name: str = "lincoln"
    caught_by: str = ""
    unnoticed_because: str = ""

    def target(self, profile: Profile, seed: int = 0) -> SimulatorTarget:
        """Return a new simulator with the slip and, apart from it, with ``profile``."""
        tables = profile.model_dump()
        for table, values in self.settings.items():
            tables[table] = tables[table] | values if isinstance(values, Mapping) else values
        return _SlippingTarget(Simulator(Profile.model_validate(tables), clock=_CLOCK, seed=seed), self)


class _SlippingTarget(SimulatorTarget):
    """A simulator whose requests pass through a slip."""

    def __init__(self, simulator: Simulator, slip: Slip) -> None:
        super().__init__(simulator)
        self._slip = slip
        self._system = System(simulator, super().post)

    def post(self, body: bytes) -> Reply:
        """Send a request through the slip."""
        return self._slip.behave(self._system, body)

    def renew(self) -> None:
        """Reset the simulator, and what the slip remembers."""
        super().renew()
        self._system.memory.clear()


def operation_of(body: bytes) -> str:
    """Return the operation that a request calls; empty where it calls none."""
    found = _OPERATION.search(body)
    return found.group(1).decode() if found else ""


def session_of(body: bytes) -> str:
    """Return the session that a request names; empty where it names none."""
    return text_of(body, "sessionId")


def without_session(body: bytes) -> bytes:
    """Return a request without its session, to compare it with others."""
    return _SESSION.sub(b"", body)


def text_of(body: bytes, member: str) -> str:
    """Return the text of the first member of that name in a message; empty where there is none."""
    found = re.search(rf"<{member}>([^<]*)</{member}>".encode(), body)
    return unescape(found.group(1).decode("utf-8", "replace")) if found else ""


def instant_of(body: bytes, member: str) -> datetime | None:
    """Return the instant that the first member of that name has, if it is one with an offset."""
    try:
        instant = datetime.fromisoformat(text_of(body, member).strip())
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def number_of(body: bytes, member: str) -> int:
    """Return the number that the first member of that name has; 0 where it is not a number."""
    text = text_of(body, member).strip()
    return int(text) if text.isdecimal() else 0


def succeeded(reply: Reply) -> bool:
    """Whether a reply reports success."""
    return _SUCCESS in reply.body


def booking_in(state: StateDocument, booking_id: int) -> Any:
    """Return the booking with that id, or ``None``."""
    return next((each for each in state.bookings if each.id == booking_id), None)


def order_in(state: StateDocument, booking: Any) -> Any:
    """Return the order of a booking."""
    return next(each for each in state.orders if each.id == booking.order_id)


def refuse(body: bytes, text: str) -> Reply:
    """Refuse a request in these words."""
    return make_response(body, "error", f"<errorMsg>{escape(text)}</errorMsg>")


def in_request(operations: str, pattern: str, replacement: str | Callable[[re.Match[bytes]], bytes]) -> Behaviour:
    """Replace a pattern in requests of these operations, which are separated by blanks; of all where none is named."""
    compiled, names = re.compile(pattern.encode(), re.DOTALL), operations.split()
    new = replacement.encode() if isinstance(replacement, str) else replacement

    def behave(system: System, body: bytes) -> Reply:
        is_meant = not names or operation_of(body) in names
        return system.send(compiled.sub(new, body) if is_meant else body)

    return behave


def in_reply(operations: str, pattern: str, replacement: str | Callable[[re.Match[bytes]], bytes]) -> Behaviour:
    """Replace a pattern in replies of these operations, which are separated by blanks; of all where none is named."""
    compiled, names = re.compile(pattern.encode(), re.DOTALL), operations.split()
    new = replacement.encode() if isinstance(replacement, str) else replacement

    def behave(system: System, body: bytes) -> Reply:
        reply = system.send(body)
        is_meant = not names or operation_of(body) in names
        return replace(reply, body=compiled.sub(new, reply.body)) if is_meant else reply

    return behave


def by_twin(operations: str, edit: Callable[[Tables], None]) -> Behaviour:
    """Answer these operations as an installation with edited tables does, and all others as this one."""
    names = operations.split()

    def behave(system: System, body: bytes) -> Reply:
        if operation_of(body) not in names:
            return system.send(body)
        with system.lock:
            return system.send_to_twin(body, edit)

    return behave


def refuse_planning(is_refused: Callable[[System, bytes], bool]) -> Behaviour:
    """Refuse scheduleBooking where the condition is met, in the words for a place that cannot be found."""

    def behave(system: System, body: bytes) -> Reply:
        if operation_of(body) == "scheduleBooking" and is_refused(system, body):
            return refuse(body, system.simulator.profile.messages.planning_failed)
        return system.send(body)

    return behave


After: TypeAlias = Callable[[System, StateDocument, bytes, Reply], None]
"""What happens after a call: gets the state before it, the request and the reply."""


def afterwards(operations: str, happen: After, *, succeeding: bool = True, ghosts_in: str = "") -> Behaviour:
    """Let something happen after each of these operations that succeeds, or that does not.

    Args:
        operations: The operations, separated by blanks.
        happen: What happens.
        succeeding: Whether it happens after a success; else after a refusal or fault.
        ghosts_in: The operations that see the bookings remembered as ``ghosts``.
    """
    names, haunted = operations.split(), ghosts_in.split()

    def behave(system: System, body: bytes) -> Reply:
        called = operation_of(body)
        if called not in (*names, *haunted):
            return system.send(body)
        with system.lock:
            before = system.state
            ghosts = tuple(system.memory.get("ghosts", ())) if called in haunted else ()
            reply = system.send_with(body, ghosts)
            if called in names and succeeded(reply) is succeeding:
                happen(system, before, body, reply)
            return reply

    return behave


def haunt(system: System, state: StateDocument, booking: Any) -> None:
    """Remember a booking with its place, though it has left that."""
    system.memory.setdefault("ghosts", []).append(Ghost(order_in(state, booking), booking))


def _placed(ghosts: tuple[Ghost, ...], state: StateDocument) -> tuple[list[Any], list[Any]]:
    """Return the orders and bookings of ghosts, each with its own id, or with a small one where that is given again."""
    orders: dict[int, Any] = {}
    bookings = []
    known_orders, known_bookings = ({each.id: each for each in part} for part in (state.orders, state.bookings))
    for small, ghost in enumerate(ghosts, 1):
        order_id = (
            ghost.order.id if known_orders.get(ghost.order.id, ghost.order).number == ghost.order.number else small
        )
        booking_id = small if ghost.booking.id in known_bookings else ghost.booking.id
        orders[order_id] = replace(ghost.order, id=order_id)
        bookings.append(replace(ghost.booking, id=booking_id, order_id=order_id))
    return list(orders.values()), bookings
