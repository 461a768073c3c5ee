"""Clauses on comparisons: what nearly is the same is something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, presumed, seen, vendor
from drs_contracts.driver.driver import DrsDriver, read_slots
from drs_contracts.driver.expectations import expect, expect_success, need, need_success
from drs_contracts.driver.messages import Exchange, Members
from drs_contracts.strategies import lengths

_WEEKS_OF_A_YEAR = 52
_BOOKING = "theOrders/theBookings"
_CODES = "theOrder/theBookings/theBookingCodes"
_LIMIT = 255
_NO_NAME = "no such one"
_SPACES = ("a  b", "A b  C", "a   b")
_LINES = ("a\nb", "A\n\nb", "a \n\tb")


@clause(
    "LAW-14",
    "Sessions, logins, contracts, priorities and operatives are compared exactly: case, blanks and zeros count.",
    vendor("priorities, which match in case and spelling", "u8c2zn3l73", also="presumed: that the others do too"),
)
def names_are_compared_exactly(drs: DrsDriver) -> None:
    """Send each name with a blank or a zero more, a character less, and in the other case."""
    contract, begin, end = drs.data.contract, drs.local(1), drs.local(2)
    login, password, session = drs.target.login, drs.target.password, drs.session
    known = set(drs.ask("selectResource").texts("theResources/resourceID"))
    need(bool(known), "selectResource gave no operatives")
    for near in _near(session):
        answer = drs.call("selectMetaData", {"sessionId": near, "contract": contract})
        expect(answer.refused, f"a sessionId is taken that is nearly one: {len(near)} characters", answer)
    # Few wrong logins: some systems lock a login.
    for near in sorted({f"{login} ", login.swapcase()} - {login}):
        expect(drs.open_session(login=near).refused, f"the login '{near}' is taken for '{login}'")
    for near in sorted({f"{password} ", password.swapcase()} - {password}):
        expect(drs.open_session(password=near).refused, "a password is taken that differs in case or by a blank")
    # A digit more can be another name that is known.
    for member, name in (("contract", contract), ("priority", drs.data.priority)):
        for near in sorted({f" {name}", f"{name} ", name.swapcase(), name.replace(" ", "  ")} - {name}):
            answer = drs.check_availability(begin, end, **{member: near})
            expect(answer.refused, f"the {member} '{near}' is taken for '{name}'")
    for operative in sorted(known):
        for near in sorted(set(_near(operative)) - known):
            found = drs.ask("selectResource", theResourceIDs=near).texts("theResources/resourceID")
            expect(not found, f"the operative '{near}' is taken for {', '.join(found)}")


@clause(
    "LAW-15",
    "An order number that differs by case, a blank or a zero is another order's.",
    presumed("the simplest assumption"),
    writes=True,
    number=st.from_regex(r"0[0-9]{1,7}[a-z]  [A-Z]", fullmatch=True),
)
def order_numbers_are_compared_exactly(drs: DrsDriver, number: str) -> None:
    """Create an order, look for its number and for near ones, and create orders under those."""
    first = drs.create_order(primaryOrderNumber=f"{drs.order_number()}{number}")
    for near in (*_near(first.number), first.number.replace("  ", " "), first.number.replace("-0", "-", 1)):
        if near == first.number:
            continue
        found = drs.ask("selectOrder", primaryOrderNumber=near).texts("theOrders/primaryOrderNumber")
        expect(first.number not in found, f"asked for '{near}', it gives '{first.number}'")
        other = drs.create_order(primaryOrderNumber=near)
        shown = drs.select(first).texts(f"{_BOOKING}/bookingId")
        expect(shown == [first.booking_id], f"with an order '{near}', '{first.number}' has the bookings {shown}")
        need_success(drs.ask("deleteOrder", theOrder={"primaryOrderNumber": other.number}))


@clause(
    "LAW-16",
    "A text that is kept comes back with its case and its inner white space, line breaks included.",
    seen("createOrder, userId: it comes back unchanged; orderComments are trimmed at their ends only"),
    writes=True,
    text=st.sampled_from((*_SPACES, *_LINES)),
)
def kept_texts_are_exact(drs: DrsDriver, text: str) -> None:
    """Create an order with such texts, and read it from the answer and again. Only comments have several lines."""
    is_one_line = text not in _LINES
    names = ("orderComments", *(("contactName", "phone", "userId") if is_one_line else ()))
    order = drs.create_order(**dict.fromkeys(names, text))
    for answer, path in ((order.exchange, "theOrder"), (drs.select(order), "theOrders")):
        for name in names:
            found = answer.text(f"{path}/{name}")
            expect(found == text, f"the {name} {text!r} came back as {found!r} from {answer.operation}")
    for name in ("plannerComments", "operatorComments", *(("bookingCategory",) if is_one_line else ())):
        need_success(drs.update(order, "PLANNED", {name: text}))
        found = drs.select(order).text(f"{_BOOKING}/{name}")
        expect(found == text, f"the {name} {text!r} came back as {found!r}")


@clause(
    "LAW-17",
    "The characters of orderComments are counted as they are sent, blanks included.",
    presumed("the document has the limit, not how it is counted"),
    writes=True,
    blanks=st.integers(1, 20),
    before=st.booleans(),
)
def blanks_are_counted(drs: DrsDriver, blanks: int, before: bool) -> None:
    """Send as many characters as allowed with blanks among them, then one blank more."""
    text = "x" * (_LIMIT - blanks)
    allowed = f"{' ' * blanks}{text}" if before else f"{text}{' ' * blanks}"
    expect_success(drs.create_order(orderComments=allowed).exchange)
    answer = drs.call("createOrder", drs.order_members(orderComments=f"{allowed} "))
    expect(answer.refused, f"{_LIMIT + 1} characters with {blanks + 1} blanks are accepted")


@clause(
    "LAW-18",
    "An instant counts to the millisecond: a slot that begins before the period is not available, however little.",
    presumed("the simplest assumption; seen: dates have milliseconds where there are any"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
    after=st.sampled_from((1, 999, 1_000, 60_000)),
)
def instants_count_to_the_millisecond(drs: DrsDriver, weeks: int, after: int) -> None:
    """Begin a period at a slot, a little before and a little after; send a window and a date with milliseconds."""
    ahead = drs.weekday(weeks, 1)
    slot, little = drs.need_slots(ahead, 1)[0], timedelta(milliseconds=after)
    for since, is_there in ((slot.begins, True), (slot.begins - little, True), (slot.begins + little, False)):
        found = read_slots(drs.check_availability(since, drs.local(ahead)))
        offered = slot.begin in [each.begin for each in found if each.available and each.end == slot.end]
        expect(offered is is_there, f"from {since.isoformat()} on {slot.begin} is {'' if offered else 'not '}available")
    target = drs.local(ahead + 30) + little
    order = drs.create_order(targetDate=target)
    kept = order.exchange.time("theOrder/targetDate")
    expect(kept == target, f"the targetDate {target.isoformat()} came back as {kept.isoformat()}")
    window = {"planningWindowStart": slot.begins + little, "planningWindowEnd": slot.ends - little}
    if drs.schedule(order, **window).succeeded:
        shown = drs.select(order)
        for name, sent in window.items():
            kept = shown.time(f"{_BOOKING}/{name}")
            expect(kept == sent, f"the {name} {sent.isoformat()} came back as {kept.isoformat()}", shown)


@clause(
    "LAW-19",
    "Of several codes each keeps its trade and its minutes, in the order in which they are sent; the first one leads.",
    client(
        "Hackney sends several codes; vendor: a template can combine others (8xxeczi3mg); presumed: which one leads"
    ),
    writes=True,
    one=st.integers(0, 9),
    other=st.integers(0, 9),
)
def several_codes_keep_their_order(drs: DrsDriver, one: int, other: int) -> None:
    """Create an order for each of two codes, and one for both."""
    codes = drs.data.job_codes or (drs.data.sor_code,)
    sent = [codes[one % len(codes)], codes[other % len(codes)]]
    alone = [drs.create_order(theBookingCodes=_codes(drs, [code])).exchange for code in sent]
    both = drs.create_order(theBookingCodes=_codes(drs, sent)).exchange
    for name in ("bookingCodeSORCode", "trade", "standardMinuteValue"):
        wanted = [each.text(f"{_CODES}/{name}") for each in alone]
        expect(
            both.texts(f"{_CODES}/{name}") == wanted, f"the {name} are {both.texts(f'{_CODES}/{name}')}, not {wanted}"
        )
    first, last, template = (each.text("theOrder/theBookings/template") for each in (*alone, both))
    # A template that combines both is neither.
    expect(template != last or first == last, f"the template is that of the last code, {last}, not {first}")


def _codes(drs: DrsDriver, names: list[str]) -> list[Members]:
    return [{**drs.code("any", name), "itemNumberWithinBooking": str(item)} for item, name in enumerate(names, 1)]


@clause(
    "LAW-22",
    "A SOR code or a location that differs from a known one by its case or a zero is as unknown as any other name.",
    presumed("the simplest assumption"),
    writes=True,
)
def codes_and_places_are_compared_exactly(drs: DrsDriver) -> None:
    """Create orders with near misses of both, and compare what becomes of them with an order of no known name."""
    shown = [f"{_CODES}/standardMinuteValue", f"{_CODES}/trade", "theOrder/theBookings/template"]
    shown += ["theOrder/theLocation/address1", "theOrder/theLocation/postCode"]
    for member, name in (("bookingCodeSORCode", drs.data.sor_code), ("locationID", drs.data.location_id)):
        unknown = _create_with(drs, member, _NO_NAME)
        for near in sorted({name.swapcase(), f"0{name}", name.lstrip("0")} - {name, ""}):
            answer = _create_with(drs, member, near)
            expect(answer.succeeded is unknown.succeeded, f"the {member} '{near}' is taken for '{name}'", answer)
            for path in shown:
                found, wanted = answer.text(path), unknown.text(path)
                told = f"with the {member} '{near}' the order has {path.rpartition('/')[2]} '{found}', not '{wanted}'"
                expect(found == wanted, told, answer)


def _create_with(drs: DrsDriver, member: str, name: str) -> Exchange:
    order = drs.order_members()
    inner = order["theOrder"]
    assert isinstance(inner, dict)
    if member == "locationID":
        inner[member] = name
    else:
        inner["theBookingCodes"] = {**inner["theBookingCodes"], member: name}
    return drs.call("createOrder", order)


def _near(name: str) -> Iterator[str]:
    """What is nearly a name."""
    yield from (f" {name}", f"{name} ", f"0{name}", f"{name}0")
    for near in (name[:-1], name.swapcase(), name.upper(), name.lower()):
        if near not in ("", name):
            yield near
