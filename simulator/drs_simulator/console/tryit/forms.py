"""Makes the form of an operation from the interface, and a request from what was typed into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape

from drs_simulator.soap.envelope import NAMESPACE, SOAP_1_1
from drs_simulator.soap.interface import DOCUMENTED_VALUES, Interface, Member, request_type

EMPTY = '""'
"""What to type for an element without text; a field that is left empty is not sent."""
_WHOLE_OBJECTS = ("order", "booking")
_INDENT = "  "


class Field(NamedTuple):
    """A field of a form: an element of the request with a text.

    Args:
        path: Its place below the operation's element: ``theOrder.priority``.
        name: The element's name.
        type: The name of its type.
        required: Whether the interface requires it.
        repeated: Whether there may be several; the form sends one.
        default: The interface's default; empty for none.
        choices: The values that the interface knows; empty if it does not list them.
    """

    path: str
    name: str
    type: str
    required: bool
    repeated: bool
    default: str
    choices: tuple[str, ...]


class Group(NamedTuple):
    """A part of a form: an element of the request with elements in it, in the order of the interface."""

    path: str
    name: str
    repeated: bool
    members: tuple[Field | Group, ...]

    def fields(self) -> Iterator[Field]:
        """Yield all fields, also those of the groups in it."""
        for member in self.members:
            if isinstance(member, Group):
                yield from member.fields()
            else:
                yield member

    def has_any(self, paths: Iterable[str]) -> bool:
        """Check whether one of the paths is that of a field in it."""
        return any(path.startswith(f"{self.path}.") for path in paths)

    def groups(self) -> Iterator[Group]:
        """Yield all groups in it, also those of the groups in it."""
        for member in self.members:
            if isinstance(member, Group):
                yield member
                yield from member.groups()


def make_form(interface: Interface, operation: str) -> Group:
    """Make the form of an operation.

    An order in a booking, or a booking in an order, is left out: it would contain the other again.
    """
    return Group("", operation, False, tuple(_make_members(interface, request_type(operation), "", ())))


def write_request(form: Group, values: Mapping[str, str]) -> str:
    """Write the request of a form as XML, indented.

    Args:
        form: The operation's form.
        values: What was typed, by the fields' paths. It is escaped, and otherwise sent as it is.
    """
    lines = [
        f'<e:Envelope xmlns:e="{SOAP_1_1}" xmlns:n="{NAMESPACE}">',
        f"{_INDENT}<e:Body>",
        f"{_INDENT * 2}<n:{form.name}>",
        *(_write_group(form, values, 3) or [f"{_INDENT * 3}<{form.name}/>"]),
        f"{_INDENT * 2}</n:{form.name}>",
        f"{_INDENT}</e:Body>",
        "</e:Envelope>",
    ]
    return "\n".join(lines)


def _make_members(interface: Interface, type_name: str, path: str, outer: tuple[str, ...]) -> Iterator[Field | Group]:
    kind = interface.types[type_name]
    if kind.base is not None:
        yield from _make_members(interface, kind.base, path, outer)
    for member in kind.members:
        inner = f"{path}.{member.name}" if path else member.name
        if member.type not in interface.types:
            yield _make_field(interface, member, inner)
        elif not (member.type in _WHOLE_OBJECTS and any(each in _WHOLE_OBJECTS for each in outer)):
            members = tuple(_make_members(interface, member.type, inner, (*outer, member.type)))
            yield Group(inner, member.name, member.repeated, members)


def _make_field(interface: Interface, member: Member, path: str) -> Field:
    known = interface.enumerations.get(member.type, ())
    choices = ("true", "false") if member.type == "boolean" else (*known, *DOCUMENTED_VALUES.get(member.type, ()))
    return Field(path, member.name, member.type, member.required, member.repeated, member.default or "", choices)


def _write_group(group: Group, values: Mapping[str, str], depth: int) -> list[str]:
    """Write a group; nothing at all if none of its fields has a value."""
    lines: list[str] = []
    for member in group.members:
        if isinstance(member, Group):
            lines += _write_group(member, values, depth + 1)
        elif text := values.get(member.path, ""):
            content = "" if text == EMPTY else escape(text)
            lines.append(f"{_INDENT * (depth + 1)}<{member.name}>{content}</{member.name}>")
    if not lines:
        return []
    return [f"{_INDENT * depth}<{group.name}>", *lines, f"{_INDENT * depth}</{group.name}>"]
