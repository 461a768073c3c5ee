"""The compiled reader and writer against Spyne, the reference."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from drs_simulator.soap.compiled.reader import CompiledReader, NotReadError
from drs_simulator.soap.compiled.writer import CompiledWriter, NotWrittenError
from drs_simulator.soap.gateway import Gateway
from drs_simulator.soap.operations import SERVED, ServiceContext, application
from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.soap.spyne import compat as spyne_compat  # noqa: F401 - must come before Spyne
from drs_simulator.soap.spyne.protocol import CxfReader, CxfWriter, UnknownElements
from drs_simulator.soap.spyne.types import Written, interface_types, maker
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from spyne import Boolean, ComplexModelBase, DateTime, Integer32, MethodContext
from spyne.model.enum import EnumBase
from spyne.server import ServerBase

from tests.simulator.scheduling.builders import LINCOLN
from tests.simulator.soap.test_bad_input import ENVELOPES, mutated
from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, Caller, call

TYPES = interface_types("observed")
LONDON = ZoneInfo("Europe/London")
DEEPEST = 4
# Among them characters that XML does not know.
TEXTS = st.text(st.characters(), max_size=20) | st.sampled_from(["", " ", "a&b<c>d", "a\"b'c", "\r\n\t", "\x0b", "é"])


def leaves(member: Any) -> st.SearchStrategy[Any]:
    if issubclass(member, EnumBase):
        return st.sampled_from(sorted(member.__values__))
    if issubclass(member, DateTime):
        return st.datetimes(timezones=st.sampled_from([LONDON, UTC])).filter(lambda each: 100 < each.year < 9900)
    if issubclass(member, Boolean):
        return st.booleans()
    return st.integers(-(2**31), 2**31 - 1) if issubclass(member, Integer32) else TEXTS


@st.composite
def objects(draw: st.DrawFn, cls: Any, depth: int = DEEPEST) -> Any:
    """An object of the Spyne class; few of its members are there, so that the deep ones are met too."""
    members = cls.get_flat_type_info(cls)
    usable = [name for name in members if depth or not issubclass(members[name], ComplexModelBase)]
    chosen = draw(st.lists(st.sampled_from(usable), unique=True, max_size=5)) if usable else []
    values: dict[str, Any] = {}
    for name in chosen:
        member = members[name]
        is_complex = issubclass(member, ComplexModelBase)
        values_of = objects(member.__orig__ or member, depth - 1) if is_complex else leaves(member)
        repeated = member.Attributes.max_occurs > 1
        values[name] = draw(st.lists(values_of | st.none(), max_size=3) if repeated else values_of)
    return maker(cls)(**values)


@st.composite
def responses(draw: st.DrawFn) -> tuple[str, Any]:
    name = draw(st.sampled_from(sorted(SERVED)))
    return name, draw(objects(TYPES.operations[name].response))


class Transport(ServerBase):  # type: ignore[misc]
    transport = "test"


def context_of(operation: str) -> Any:
    server = Transport(application("observed"))
    context = MethodContext(server, MethodContext.SERVER)
    context.method_request_string = operation
    (descriptor,) = server.app.in_protocol.get_call_handles(context)
    context.descriptor = descriptor
    return context


def written_by_spyne(operation: str, response: Any) -> bytes | None:
    context = context_of(operation)
    context.out_object = [response]
    protocol = CxfWriter()
    protocol.set_app(application("observed"))
    try:
        protocol.serialize(context, protocol.RESPONSE)
        protocol.create_out_string(context)
    except (ValueError, UnicodeError):
        return None
    (out,) = context.out_string
    return bytes(out)


def written(operation: str, response: Any) -> bytes | None:
    try:
        return CompiledWriter().write(TYPES.operations[operation], response)
    except NotWrittenError:
        return None


@given(responses())
def test_any_response_is_written_as_spyne_writes_it(drawn: tuple[str, Any]) -> None:
    assert written(*drawn) == written_by_spyne(*drawn)


@given(objects(TYPES.classes["daySlotsInfo"]))
def test_a_written_element_can_be_written_again(day: Any) -> None:
    plain = TYPES["xmbCheckAvailabilityResponse"](status="success", theSlots=[day, day])
    expected = written_by_spyne("checkAvailability", plain)
    if expected is None:
        with pytest.raises(NotWrittenError):
            CompiledWriter().write_element("theSlots", TYPES.classes["daySlotsInfo"], day)
        return
    once = CompiledWriter().write_element("theSlots", TYPES.classes["daySlotsInfo"], day)
    again = TYPES["xmbCheckAvailabilityResponse"](status="success", theSlots=[once, Written(day, once.text)])
    assert written("checkAvailability", again) == expected == written_by_spyne("checkAvailability", again)


# Values that JAXB reads in its own way are among them.
WRITTEN = ["", "x", " 1 ", "1 2", "--5", "9999999999", "true", "truex", "t", " no", "no"] + [
    f"2021-10-26{rest}" for rest in ("", "T08:00:00", "T24:00:00", "T08:00:60", "T08:00:00+14:00", "T08:00:00+14:01")
]


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, etree._Element]:
    """A wrapper as a caller might send it: values of the right types and others, members in any order."""
    name = draw(st.sampled_from(sorted(SERVED)))
    sent = draw(objects(TYPES.operations[name].request))
    wrapper = etree.Element("wrapper")
    _put(draw, wrapper, name, TYPES.operations[name].request, sent)
    body = draw(st.sampled_from([wrapper[0], *wrapper.iter()]))
    if draw(st.integers(0, 3)) == 0:
        body.append(etree.fromstring(draw(st.sampled_from(["<a/>", "<contract>0</contract>", "<n:a xmlns:n='x'/>"]))))
    return name, wrapper


def _put(draw: st.DrawFn, parent: etree._Element, name: str, cls: Any, value: Any) -> None:
    element = etree.SubElement(parent, name)
    if not issubclass(cls, ComplexModelBase):
        texts = st.just(_as_text(value)) | st.sampled_from(WRITTEN)
        # What XML does not know cannot come in it either.
        element.text = "".join(each for each in draw(texts) if each.isprintable())
        return
    for member, kind in draw(st.permutations(list(cls.get_flat_type_info(cls).items()))):
        sent = value.__dict__[member]
        for each in sent if isinstance(sent, list) else [sent]:
            if each is not None:
                _put(draw, element, member, kind, each)


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def members_of(value: Any) -> Any:
    if isinstance(value, list):
        return [members_of(each) for each in value]
    return (
        {name: members_of(each) for name, each in vars(value).items()} if isinstance(value, ComplexModelBase) else value
    )


@given(requests())
def test_any_request_is_read_as_spyne_reads_it(drawn: tuple[str, etree._Element]) -> None:
    name, wrapper = drawn
    envelope = etree.Element("Envelope")
    etree.SubElement(envelope, "Body").append(wrapper)
    operation = TYPES.operations[name]
    context = context_of(name)
    unknown_elements = UnknownElements(LINCOLN.gateway, None)
    context.udc = ServiceContext(None, None, None, LINCOLN.gateway, LONDON, unknown_elements)  # type: ignore[arg-type]
    protocol = CxfReader()
    protocol.set_app(application("observed"))
    try:
        message: Any = protocol.from_element(context, context.descriptor.in_message, wrapper)
        (expected,) = message
    except SoapFault:
        expected = None
    try:
        read = CompiledReader(LONDON, LINCOLN.gateway.max_depth).read(operation, wrapper)
    except NotReadError:
        return
    assert expected is not None
    assert members_of(read) == members_of(expected)


def test_the_requests_of_a_healthy_client_are_read_without_spyne(monkeypatch: pytest.MonkeyPatch) -> None:
    drs = Caller()
    monkeypatch.setattr(Gateway, "answer_by_spyne", lambda *_: pytest.fail("Spyne has read it"))
    session = drs.open()
    assert drs.ask("checkAvailability", f"{PERIOD}{ORDER}", session).returned.findtext("status") == "success"
    assert drs.ask("createOrder", ORDER, session).returned.findtext("status") == "success"
    assert "no order" not in drs.ask("selectOrder", "<primaryOrderNumber>1</primaryOrderNumber>", session).error
    assert drs.ask("closeSession", "", session).returned.findtext("status") == "success"


def test_a_text_with_nil_in_it_is_read_without_spyne(monkeypatch: pytest.MonkeyPatch) -> None:
    drs = Caller()
    session = drs.open()
    monkeypatch.setattr(Gateway, "answer_by_spyne", lambda *_: pytest.fail("Spyne has read it"))
    order = ORDER.replace("Door", "Manila envelope, vanilla paint")
    assert drs.ask("createOrder", order, session).returned.findtext("theOrder/orderComments")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (call("openSession", f'{OPEN}<id x:nil="1" xmlns:x="urn:x"/>'), "An element may be nil."),
        (f"<!DOCTYPE e>{call('openSession', OPEN)}", "Its encoding is not certainly UTF-8, or it has a DOCTYPE."),
        ("<a/>", "Its envelope is unusual or not well-formed."),
        (call("openSession", "<id>secret</id>"), "It has a value that is not of its type."),
        (call("open", ""), "It names no operation of DRS."),
    ],
)
def test_why_spyne_reads_a_request_is_logged(caplog: pytest.LogCaptureFixture, body: str, reason: str) -> None:
    drs = Caller()
    with caplog.at_level(logging.DEBUG, "drs_simulator.soap.gateway"):
        drs.post(body)
    assert [each.getMessage() for each in caplog.records] == [
        f"Spyne reads a request, not the compiled reader: {reason}"
    ]


CALLERS = Caller(), Caller()
SESSION, _ = [caller.open() for caller in CALLERS]
COMPILED, SPYNE = (Gateway(caller.simulator.scheduler) for caller in CALLERS)
IN_SESSION = f"<sessionId>{SESSION}</sessionId>"
PLAIN = [
    call("openSession", OPEN),
    call("checkAvailability", f"{PERIOD}{IN_SESSION}{ORDER}"),
    call("createOrder", f"{IN_SESSION}{ORDER}"),
    call("selectOrder", f"<primaryOrderNumber>10000047</primaryOrderNumber>{IN_SESSION}"),
    call("deleteOrder", f"{IN_SESSION}{ORDER}"),
    *(call(name, IN_SESSION) for name in sorted(SERVED - {"closeSession"})),
]


@given(st.sampled_from([*PLAIN, *ENVELOPES]).flatmap(lambda body: st.just(body.encode()) | mutated(body)))
def test_both_paths_give_the_same_answer_to_any_bytes(body: bytes) -> None:
    for _ in range(2):
        compiled, spyne = COMPILED.answer(body, "utf-8"), SPYNE.answer_by_spyne(body, "utf-8")
        assert (compiled.status, compiled.operation, compiled.body) == (spyne.status, spyne.operation, spyne.body)


def test_a_repeated_request_is_answered_with_the_present_state() -> None:
    drs = Caller()
    search = call("checkAvailability", f"{PERIOD}<sessionId>{drs.open()}</sessionId>{ORDER}")
    before = drs.post(search)
    assert drs.post(search) == before
    drs.simulator.clock.shift(timedelta(days=4))
    assert "ession" in drs.post(search).error
    search = call("checkAvailability", f"{PERIOD}<sessionId>{drs.open()}</sessionId>{ORDER}")
    assert drs.post(search).body.count("<available>NO") > before.body.count("<available>NO")


def test_a_day_is_written_again_once_its_diary_has_changed() -> None:
    drs = Caller()
    session = drs.open()
    number = iter(range(1, 100))
    search = call("checkAvailability", f"{PERIOD}<sessionId>{session}</sessionId>{ORDER}")
    available = [drs.post(search).body.count("<available>YES")]
    window = (
        "<planningWindowStart>2021-10-27T08:00:00</planningWindowStart>"
        "<planningWindowEnd>2021-10-27T16:00:00</planningWindowEnd>"
    )
    while available[-1] == available[0]:
        order = ORDER.replace("10000047", f"2000{next(number)}")
        made = drs.ask("createOrder", order, session).returned.findtext("theOrder/theBookings/bookingId")
        members = f"<bookingId>{made}</bookingId><contract>0</contract>{window}<primaryOrderNumber/>"
        assert drs.ask("scheduleBooking", f"<theBooking>{members}</theBooking>", session).returned.findtext("status")
        available.append(drs.post(search).body.count("<available>YES"))
    assert available[-1] < available[0]
