"""The published types as Spyne classes, made from the interface's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from drs_simulator.soap.spyne import compat  # noqa: F401 - must come before Spyne

from spyne import Boolean, ComplexModel, DateTime, Integer32, Unicode  # isort: skip
from spyne.model.complex import ComplexModelMeta  # isort: skip
from spyne.model.enum import Enum  # isort: skip

from drs_simulator.soap.envelope import NAMESPACE
from drs_simulator.soap.interface import (
    DOCUMENTED_VALUES,
    Interface,
    InterfaceName,
    Member,
    interface_named,
    request_type,
    response_type,
)

_SIMPLE = {"string": Unicode, "int": Integer32, "boolean": Boolean, "dateTime": DateTime}


Maker = Callable[..., Any]
"""Makes an object of a Spyne class from its members by name; those that are not named are ``None``."""


class Operation(NamedTuple):
    """One operation with the Spyne classes of its request and response, and their makers."""

    name: str
    request: Any
    response: Any
    new_request: Maker
    new_response: Maker


class Written(NamedTuple):
    """A complex value with its text, which includes its own element."""

    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Types:
    """An interface's Spyne classes by their published names, and its operations."""

    classes: Mapping[str, Any]
    operations: Mapping[str, Operation]

    def __getitem__(self, name: str) -> Maker:
        """The maker of the class of that published name."""
        return maker(self.classes[name])


@cache
def interface_types(name: InterfaceName) -> Types:
    """The Spyne classes of the observed or the published interface, made once."""
    interface = interface_named(name)
    classes = _classes(interface)
    operations = {name: _operation(name, classes) for name in interface.operations}
    return Types(MappingProxyType(classes), MappingProxyType(operations))


@cache
def maker(cls: Any) -> Maker:
    """A fast constructor of a Spyne class. Spyne's own looks for defaults at every call, and no type here has any."""
    blank = dict.fromkeys(cls.get_flat_type_info(cls))

    def make(**members: object) -> Any:
        made = object.__new__(cls)
        made.__dict__.update(blank)
        made.__dict__.update(members)
        return made

    return make


def _operation(name: str, classes: Mapping[str, Any]) -> Operation:
    request, response = classes[request_type(name)], classes[response_type(name)]
    return Operation(name, request, response, maker(request), maker(response))


def _classes(interface: Interface) -> dict[str, Any]:
    """Every class by its name. Members come last, because a booking has an order that has bookings."""
    known: dict[str, Any] = dict(_SIMPLE)
    for name, values in interface.enumerations.items():
        known[name] = Enum(*values, type_name=name)
    simple = frozenset(known)
    for name in interface.types:
        _declare(interface, name, known, simple)
    for name, kind in interface.types.items():
        for member in kind.members:
            if member.name not in known[name]._type_info:
                known[name].append_field(member.name, _occurring(known[member.type], member))
    return known


def _declare(interface: Interface, name: str, known: dict[str, Any], simple: frozenset[str]) -> Any:
    """A class with its base. Spyne inherits only members that a base has from the start: simple ones come first."""
    if name not in known:
        kind = interface.types[name]
        parent = ComplexModel if kind.base is None else _declare(interface, kind.base, known, simple)
        members = {}
        if all(member.type in simple for member in kind.members):
            members = {member.name: _occurring(known[member.type], member) for member in kind.members}
        known[name] = ComplexModelMeta(name, (parent,), {"__namespace__": NAMESPACE, "__type_name__": name, **members})
    return known[name]


def _occurring(kind: Any, member: Member) -> Any:
    # No default: None means that a member was not sent.
    max_occurs = "unbounded" if member.repeated else 1
    return kind.customize(min_occurs=int(member.required), max_occurs=max_occurs, nillable=False)


def allowed_values(cls: Any) -> tuple[str, ...]:
    """The values of a Spyne enumeration: its published ones and the documented ones."""
    return (*cls.__values__, *DOCUMENTED_VALUES.get(cls.get_type_name(), ()))
