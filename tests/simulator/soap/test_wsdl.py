"""The interface description: complete, exact, and of use to a client that was generated from it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from drs_simulator import Simulator
from drs_simulator.soap.interface import InterfaceName, interface_named
from drs_simulator.soap.operations import SERVED
from drs_simulator.soap.spyne.types import interface_types
from drs_simulator.soap.wsdl import schema
from lxml import etree
from werkzeug.test import Client

from tests.simulator.scheduling.builders import LINCOLN, changed
from tests.simulator.soap.wire import NAMESPACE, OPEN, ORDER, PERIOD, Caller

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
WSDL_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
FACTS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("interface.toml").read_text(encoding="utf-8"))
OPERATIONS = FACTS["operations"]


def facts_of(described: etree._Element) -> dict[str, Any]:
    """A schema in the form of the table of facts."""
    return {
        "elements": {e.get("name"): local(e.get("type", "")) for e in described.findall(f"{XSD}element")},
        "enumerations": {
            kind.get("name"): [value.get("value") for value in kind.iter(f"{XSD}enumeration")]
            for kind in described.findall(f"{XSD}simpleType")
        },
        "types": {kind.get("name"): type_of(kind) for kind in described.findall(f"{XSD}complexType")},
    }


def type_of(kind: etree._Element) -> dict[str, Any]:
    extension = kind.find(f"{XSD}complexContent/{XSD}extension")
    base = {} if extension is None else {"extends": local(extension.get("base", ""))}
    return base | {"members": [member_of(member) for member in kind.iter(f"{XSD}element")]}


def member_of(member: etree._Element) -> list[str]:
    assert member.get("nillable") is None
    most = {"unbounded": "n"}.get(member.get("maxOccurs", "1"), "1")
    default = member.get("default")
    fact = [member.get("name", ""), local(member.get("type", "")), f"{member.get('minOccurs', '1')}..{most}"]
    return fact if default is None else [*fact, default]


def local(name: str) -> str:
    return name.rpartition(":")[2]


def test_the_published_interface_is_the_real_ones_to_the_member() -> None:
    described = facts_of(schema(interface_named("published"), OPERATIONS))
    for part in ("elements", "enumerations", "types"):
        assert described[part] == FACTS[part]
    assert interface_named("published").operations == tuple(OPERATIONS)


def test_members_are_unqualified() -> None:
    described = schema(interface_named("published"), OPERATIONS)
    assert described.get("elementFormDefault") == "unqualified"
    assert described.get("targetNamespace") == NAMESPACE


def test_the_observed_interface_differs_only_as_the_example_shows() -> None:
    published, observed = (facts_of(schema(interface_named(name), OPERATIONS)) for name in ("published", "observed"))
    differing = {name for name in published["types"] if published["types"][name] != observed["types"][name]}
    assert differing == {"bookingCode", "location"}
    codes = [{member[0] for member in each["types"]["bookingCode"]["members"]} for each in (observed, published)]
    assert codes[0] - codes[1] == {"originalQuantity", "quantityUsed", "timeRemaining"}


@pytest.mark.parametrize("name", ["published", "observed"])
def test_messages_have_the_types_that_the_wsdl_describes(name: InterfaceName) -> None:
    described = facts_of(schema(interface_named(name), OPERATIONS))["types"]
    types = interface_types(name)
    for kind, fact in described.items():
        if kind in types.classes:
            facts = {each[0] for each in fact["members"]}
            own = [member for member in types.classes[kind]._type_info if member in facts]
            assert own == [member[0] for member in fact["members"]]


def wsdl_of(caller: Caller, path: str = "", query: str = "wsdl", **more: Any) -> etree._Element:
    answer = caller.http.get(f"{path or caller.simulator.path}?{query}", **more)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == "text/xml"
    return etree.fromstring(answer.data)


@pytest.mark.parametrize("query", ["wsdl", "singleWsdl"])
def test_the_address_is_the_one_that_the_caller_used(drs: Caller, query: str) -> None:
    for path in (drs.simulator.path, f"{drs.simulator.path}_560"):
        described = wsdl_of(drs, path, query, base_url="https://drs.example:8443/")
        (address,) = described.iter(f"{WSDL_SOAP}address")
        assert address.get("location") == f"https://drs.example:8443{path}"
        for imported in described.findall(f"{WSDL}import"):
            assert imported.get("location") == f"https://drs.example:8443{path}?wsdl=SOAP.wsdl"


def test_every_operation_that_is_served_is_described_and_bound(drs: Caller) -> None:
    whole = wsdl_of(drs, query="singleWsdl")
    parts = wsdl_of(drs, query="wsdl=SOAP.wsdl"), wsdl_of(drs)
    for port_type, binding in ((whole, whole), parts):
        for described, kind in ((port_type, "portType"), (binding, "binding")):
            (part,) = described.findall(f"{WSDL}{kind}")
            assert {operation.get("name") for operation in part.findall(f"{WSDL}operation")} == SERVED
        (soap_binding,) = binding.iter(f"{WSDL_SOAP}binding")
        assert soap_binding.get("style") == "document"
        assert {body.get("use") for body in binding.iter(f"{WSDL_SOAP}body")} == {"literal"}


@pytest.mark.parametrize("version", ["5.2.0.16", "6.0"])
def test_the_names_are_those_of_the_real_wsdl(version: str) -> None:
    """Java classes that were generated from a real DRS's WSDL look for these names."""
    caller = Caller(changed(LINCOLN, gateway={"interface_version": version}))
    main = wsdl_of(caller)
    assert main.get("name") == "SOAP"
    assert main.get("targetNamespace") == f"com.xmbrace.OTWebServiceApi.{version}"
    (service,) = main.findall(f"{WSDL}service")
    (port,) = service.findall(f"{WSDL}port")
    assert (service.get("name"), port.get("name")) == ("SOAP", "SOAPImplPort")
    assert local(port.get("binding", "")) == "SOAPSoapBinding"
    assert {each.get("soapAction") for each in main.iter(f"{WSDL_SOAP}operation")} == {""}
    (imported,) = main.findall(f"{WSDL}import")
    assert imported.get("namespace") == NAMESPACE


@pytest.mark.parametrize(("platform", "content_type"), [("cxf-2.6", "text/xml"), ("cxf-2.7", "text/xml;charset=UTF-8")])
def test_the_content_type_is_that_of_the_platform(platform: str, content_type: str) -> None:
    caller = Caller(changed(LINCOLN, gateway={"platform": platform}))
    assert caller.http.get(f"{caller.simulator.path}?wsdl").headers["Content-Type"] == content_type


@pytest.mark.parametrize("interface", ["published", "observed"])
def test_answers_are_valid_by_the_schema_that_is_described(interface: InterfaceName) -> None:
    caller = Caller()
    caller = Caller(caller.simulator.profile.model_copy(update={"gateway": _interface(caller, interface)}))
    described = schema(interface_named(interface), SERVED)
    validator = etree.XMLSchema(etree.fromstring(etree.tostring(described)))
    session_id = caller.open()
    made = caller.ask("createOrder", ORDER, session_id)
    booking_id = made.returned.findtext("theOrder/theBookings/bookingId")
    booking = (
        f"<theBooking><bookingId>{booking_id}</bookingId><contract>0</contract><primaryOrderNumber/>"
        "<userId/></theBooking>"
    )
    answers = [
        caller.ask("checkAvailability", PERIOD + ORDER, session_id),
        made,
        caller.ask("scheduleBooking", booking, session_id),
        caller.ask("selectOrder", "<primaryOrderNumber>10000047</primaryOrderNumber>", session_id),
        caller.ask("selectOrder", "<primaryOrderNumber>none</primaryOrderNumber>", session_id),
        caller.ask("deleteBooking", booking, session_id),
        caller.ask("closeSession", "", session_id),
    ]
    for answered in answers:
        wrapper = answered.returned.getparent()
        assert wrapper is not None
        validator.assertValid(wrapper)


def _interface(caller: Caller, interface: InterfaceName) -> Any:
    return caller.simulator.profile.gateway.model_copy(update={"interface": interface})


def test_open_session_is_valid_by_the_schema(drs: Caller) -> None:
    wrapper = drs.post(
        f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><openSession><openSession>{OPEN}'
        "</openSession></openSession></e:Body></e:Envelope>"
    ).returned.getparent()
    assert wrapper is not None
    etree.XMLSchema(etree.fromstring(etree.tostring(schema(interface_named("observed"), SERVED)))).assertValid(wrapper)


def test_by_default_it_comes_in_two_files() -> None:
    with Simulator() as drs:
        main = etree.fromstring(requests.get(f"{drs.url}?wsdl", timeout=5).content)
        (imported,) = main.findall(f"{WSDL}import")
        location = imported.get("location", "")
        assert location == f"{drs.url}?wsdl=SOAP.wsdl"
        assert main.find(f"{WSDL}types") is None
        part = etree.fromstring(requests.get(location, timeout=5).content)
        assert part.find(f"{WSDL}service") is None
        client = zeep.Client(f"{drs.url}?wsdl")
        assert client.service.openSession({"id": 0, "login": "drs", "password": "drs"}).status == "success"


def test_in_one_file_there_is_no_part_to_fetch() -> None:
    """``wsdl_style = "single"`` has the same WSDL at ``?wsdl`` and ``?singleWsdl``."""
    caller = Caller(changed(LINCOLN, gateway={"wsdl_style": "single"}))
    whole, single = (caller.http.get(f"{caller.simulator.path}?{query}") for query in ("wsdl", "singleWsdl"))
    assert whole.data == single.data
    assert etree.fromstring(whole.data).find(f"{WSDL}import") is None
    part = caller.http.get(f"{caller.simulator.path}?wsdl=SOAP.wsdl")
    assert (part.status_code, b"Could not find wsdl SOAP.wsdl" in part.data) == (500, True)


@pytest.mark.parametrize(("trusted", "address"), [(0, "http://localhost"), (1, "https://drs.example/tests")])
def test_the_address_is_that_of_a_trusted_proxy(trusted: int, address: str) -> None:
    simulator = Simulator(trusted_proxies=trusted)
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "drs.example", "X-Forwarded-Prefix": "/tests"}
    described = etree.fromstring(Client(simulator.wsgi).get(f"{simulator.path}?wsdl", headers=forwarded).data)
    (found,) = described.iter(f"{WSDL_SOAP}address")
    assert found.get("location") == f"{address}{simulator.path}"
