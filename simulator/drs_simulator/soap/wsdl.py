"""The WSDL, made from the interface's table: what the real gateway publishes, with a binding and an address.

Spyne could write one too, but it marks everything nillable, has no global elements but its messages, and uses an order
of its own. The table is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lxml import etree

from drs_simulator.soap.envelope import NAMESPACE
from drs_simulator.soap.interface import Interface, Member, Type, request_type, response_type

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_XSD = "http://www.w3.org/2001/XMLSchema"
_HTTP_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"
_PORT_TYPE = "SOAP"
_BINDING = "SOAPSoapBinding"
_SERVICE = "SOAP"
_PORT = "SOAPImplPort"
IMPORTED_WSDL = "SOAP.wsdl"
_SIMPLE = frozenset({"string", "int", "boolean", "dateTime"})


def wsdl_document(interface: Interface, address: str, served: Collection[str]) -> bytes:
    """The WSDL 1.1 of those operations that are ``served``, at ``address``; the same arguments give the same bytes.

    Document/literal wrapped, SOAP 1.1, in one file. The names of binding, service and port are those of a
    WSDL that a service of DRS 5.2 published (client).
    """
    operations = [operation for operation in interface.operations if operation in served]
    root = _definitions(NAMESPACE, _PORT_TYPE)
    _describe_interface(root, interface, operations)
    _describe_service(root, operations, address)
    return _as_bytes(root)


def wsdl_in_two(interface: Interface, address: str, served: Collection[str], version: str) -> Mapping[str, bytes]:
    """The same in two files as CXF publishes them: the service by the name ``""``, and what it imports by its name.

    The imported file is fetched at ``address?wsdl=NAME``. The service's namespace names DRS's ``version`` (client).
    """
    operations = [operation for operation in interface.operations if operation in served]
    imported = _definitions(NAMESPACE, _PORT_TYPE)
    _describe_interface(imported, interface, operations)
    main = _definitions(f"com.xmbrace.OTWebServiceApi.{version}", _SERVICE)
    etree.SubElement(main, f"{{{_WSDL}}}import", namespace=NAMESPACE, location=f"{address}?wsdl={IMPORTED_WSDL}")
    _describe_service(main, operations, address)
    return {"": _as_bytes(main), IMPORTED_WSDL: _as_bytes(imported)}


def _definitions(namespace: str, name: str) -> etree._Element:
    prefixes = {"wsdl": _WSDL, "soap": _SOAP, "ns1": NAMESPACE, "xs": _XSD, "tns": namespace}
    return etree.Element(f"{{{_WSDL}}}definitions", {"name": name, "targetNamespace": namespace}, nsmap=prefixes)


def _describe_interface(root: etree._Element, interface: Interface, operations: Collection[str]) -> None:
    etree.SubElement(root, f"{{{_WSDL}}}types").append(schema(interface, operations))
    for operation in operations:
        _message(root, operation)
        _message(root, f"{operation}Response")
    port_type = etree.SubElement(root, f"{{{_WSDL}}}portType", name=_PORT_TYPE)
    for operation in operations:
        _port_type_operation(port_type, operation)


def _describe_service(root: etree._Element, operations: Collection[str], address: str) -> None:
    binding = etree.SubElement(root, f"{{{_WSDL}}}binding", name=_BINDING, type=f"ns1:{_PORT_TYPE}")
    etree.SubElement(binding, f"{{{_SOAP}}}binding", style="document", transport=_HTTP_TRANSPORT)
    for operation in operations:
        _bound_operation(binding, operation)
    service = etree.SubElement(root, f"{{{_WSDL}}}service", name=_SERVICE)
    port = etree.SubElement(service, f"{{{_WSDL}}}port", binding=f"tns:{_BINDING}", name=_PORT)
    etree.SubElement(port, f"{{{_SOAP}}}address", location=address)


def _as_bytes(root: etree._Element) -> bytes:
    etree.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def schema(interface: Interface, served: Collection[str]) -> etree._Element:
    """The XML Schema of the types, with the wrapper elements of the operations that are ``served``."""
    root = etree.Element(
        f"{{{_XSD}}}schema",
        {"attributeFormDefault": "unqualified", "elementFormDefault": "unqualified", "targetNamespace": NAMESPACE},
        nsmap={"xs": _XSD, "ns1": NAMESPACE},
    )
    unserved = set(interface.operations) - set(served)
    unused = {*map(request_type, unserved), *map(response_type, unserved)}
    kinds = {name: kind for name, kind in interface.types.items() if name not in unused}
    for element, name in sorted((_global_element(name), name) for name in kinds if name != "entity"):
        etree.SubElement(root, f"{{{_XSD}}}element", name=element, type=f"ns1:{name}")
    for name, kind in kinds.items():
        _complex_type(root, name, kind)
    for name, values in interface.enumerations.items():
        _enumeration(root, name, values)
    for operation in interface.operations:
        if operation in served:
            _wrapper(root, operation, Member(operation, request_type(operation), required=False))
            _wrapper(root, f"{operation}Response", Member("return", response_type(operation), required=False))
    return root


def _global_element(kind: str) -> str:
    """The name of a type's global element: ``XmbOrder`` of order, ``XmbOpenSession`` of xmbOpenSession."""
    return f"Xmb{kind.removeprefix('xmb')[0].upper()}{kind.removeprefix('xmb')[1:]}"


def _complex_type(root: etree._Element, name: str, kind: Type) -> None:
    parent = etree.SubElement(root, f"{{{_XSD}}}complexType", name=name)
    if kind.base is not None:
        content = etree.SubElement(parent, f"{{{_XSD}}}complexContent")
        parent = etree.SubElement(content, f"{{{_XSD}}}extension", base=f"ns1:{kind.base}")
    sequence = etree.SubElement(parent, f"{{{_XSD}}}sequence")
    for member in kind.members:
        _member(sequence, member)


def _member(sequence: etree._Element, member: Member) -> None:
    element = etree.SubElement(sequence, f"{{{_XSD}}}element")
    if member.default is not None:
        element.set("default", member.default)
    if member.repeated:
        element.set("maxOccurs", "unbounded")
    if not member.required:
        element.set("minOccurs", "0")
    element.set("name", member.name)
    element.set("type", f"{'xs' if member.type in _SIMPLE else 'ns1'}:{member.type}")


def _enumeration(root: etree._Element, name: str, values: tuple[str, ...]) -> None:
    kind = etree.SubElement(root, f"{{{_XSD}}}simpleType", name=name)
    restriction = etree.SubElement(kind, f"{{{_XSD}}}restriction", base="xs:string")
    for value in values:
        etree.SubElement(restriction, f"{{{_XSD}}}enumeration", value=value)


def _wrapper(root: etree._Element, name: str, member: Member) -> None:
    etree.SubElement(root, f"{{{_XSD}}}element", name=name, type=f"ns1:{name}")
    _complex_type(root, name, Type(None, (member,)))


def _message(root: etree._Element, name: str) -> None:
    message = etree.SubElement(root, f"{{{_WSDL}}}message", name=name)
    etree.SubElement(message, f"{{{_WSDL}}}part", element=f"ns1:{name}", name="parameters")


def _port_type_operation(port_type: etree._Element, name: str) -> None:
    operation = etree.SubElement(port_type, f"{{{_WSDL}}}operation", name=name)
    etree.SubElement(operation, f"{{{_WSDL}}}input", message=f"ns1:{name}", name=name)
    etree.SubElement(operation, f"{{{_WSDL}}}output", message=f"ns1:{name}Response", name=f"{name}Response")


def _bound_operation(binding: etree._Element, name: str) -> None:
    operation = etree.SubElement(binding, f"{{{_WSDL}}}operation", name=name)
    etree.SubElement(operation, f"{{{_SOAP}}}operation", soapAction="", style="document")
    for direction, message in (("input", name), ("output", f"{name}Response")):
        part = etree.SubElement(operation, f"{{{_WSDL}}}{direction}", name=message)
        etree.SubElement(part, f"{{{_SOAP}}}body", use="literal")
