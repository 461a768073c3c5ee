"""Writes responses fast, by a function for each Spyne type that is made once from Spyne's description of its members.

``CxfWriter`` is the reference: a property test shows that both write the same bytes, or that both fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from drs_simulator.soap.spyne import compat  # noqa: F401 - must come before Spyne

from spyne import Boolean, ComplexModelBase, DateTime, Integer32, Unicode  # isort: skip
from spyne.model.enum import EnumBase  # isort: skip

from drs_simulator.soap.envelope import NAMESPACE, SOAP_1_1
from drs_simulator.soap.spyne.types import Operation, Written
from drs_simulator.soap.values import write_date_time, write_flag

_Parts = list[str]
_Write = Callable[[Any, _Parts], None]
_ToText = Callable[[Any], str]
_Member = tuple[str, _ToText | None, str, str, _Write | None]
# Characters that XML escapes, or does not allow.
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ONLY_FRAME = 2
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


class NotWrittenError(ValueError):
    """A value that cannot be written as XML, by Spyne neither."""


class CompiledWriter:
    """Writes objects of Spyne classes. A type's function is made when the type is first met. Safe under threads."""

    def __init__(self) -> None:
        self._functions: dict[Any, _Write] = {}
        self._frames: dict[str, tuple[str, str, str]] = {}

    def write(self, operation: Operation, response: Any) -> bytes:
        """The envelope of the operation's response.

        Raises:
            NotWrittenError: A value cannot be written.
        """
        opening, closing, empty = self._frame(operation.name)
        parts = [opening]
        self._function_for(operation.response)(response, parts)
        parts.append(closing)
        return "".join(parts if len(parts) > _ONLY_FRAME else [empty]).encode()

    def write_element(self, name: str, cls: Any, value: Any) -> Written:
        """The value and its text as an element of that name.

        Raises:
            NotWrittenError: A value cannot be written.
        """
        parts: _Parts = []
        self._complex(name, cls)(value, parts)
        return Written(value, "".join(parts))

    def _frame(self, operation: str) -> tuple[str, str, str]:
        """The text before and after the members of a response, and that of one without members (seen: Appendix B)."""
        if operation not in self._frames:
            opening = (
                f'<soap:Envelope xmlns:soap="{SOAP_1_1}"><soap:Body>'
                f'<ns1:{operation}Response xmlns:ns1="{NAMESPACE}"><return xmlns:ns2="{NAMESPACE}"'
            )
            closing = f"</ns1:{operation}Response></soap:Body></soap:Envelope>"
            self._frames[operation] = f"{opening}>", f"</return>{closing}", f"{opening}/>{closing}"
        return self._frames[operation]

    def _function_for(self, cls: Any) -> _Write:
        cls = cls.__orig__ or cls
        if cls not in self._functions:
            self._functions[cls] = self._compile(cls)
        return self._functions[cls]

    def _compile(self, cls: Any) -> _Write:
        """Make the function that writes the members of the class, those of its base first."""
        members = [self._member(name, member) for name, member in cls.get_flat_type_info(cls).items()]

        def write(value: Any, parts: _Parts) -> None:
            known = value.__dict__
            for name, to_text, opening, closing, write_complex in members:
                member = known[name]
                if member is None:
                    continue
                if to_text is not None:
                    parts.append(f"{opening}{to_text(member)}{closing}")
                elif write_complex is not None:
                    write_complex(member, parts)

        return write

    def _member(self, name: str, member: Any) -> _Member:
        """How a member is written: one simple value by its text, every other member by its own function."""
        is_complex, is_single = issubclass(member, ComplexModelBase), member.Attributes.max_occurs == 1
        opening, closing = f"<{name}>", f"</{name}>"
        if not is_complex and is_single:
            return name, _text_function(member), opening, closing, None
        one = self._complex(name, member) if is_complex else _leaf(name, _text_function(member))

        def each(values: Any, parts: _Parts) -> None:
            for value in values:
                if value is not None:
                    one(value, parts)

        return name, None, opening, closing, one if is_single else each

    def _complex(self, name: str, cls: Any) -> _Write:
        opening, closing, empty = f"<{name}>", f"</{name}>", f"<{name}/>"

        def write(value: Any, parts: _Parts) -> None:
            if value.__class__ is Written:
                parts.append(value.text)
                return
            parts.append(opening)
            before = len(parts)
            # Types refer to each other in circles, so this one is looked up only when it is used.
            self._function_for(cls)(value, parts)
            if len(parts) == before:
                parts[-1] = empty
            else:
                parts.append(closing)

        return write


def _leaf(name: str, to_text: _ToText) -> _Write:
    opening, closing = f"<{name}>", f"</{name}>"

    def write(value: Any, parts: _Parts) -> None:
        parts.append(f"{opening}{to_text(value)}{closing}")

    return write


def _text_function(cls: Any) -> _ToText:
    for kind, to_text in _TEXTS:
        if issubclass(cls, kind):
            return to_text
    raise NotWrittenError(f"No member has the type {cls.get_type_name()}.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise NotWrittenError("The value is not a text.")
    return value if _SPECIAL.search(value) is None else _SPECIAL.sub(_escape, value)


def _escape(found: re.Match[str]) -> str:
    escaped = _ESCAPED.get(found[0])
    if escaped is None:
        raise NotWrittenError("XML has no such character.")
    return escaped


def _integer(value: object) -> str:
    if value.__class__ is not int:
        raise NotWrittenError("The value is not a whole number.")
    return str(value)


_TEXTS: tuple[tuple[Any, _ToText], ...] = (
    (EnumBase, _text),
    (DateTime, write_date_time),
    (Boolean, write_flag),
    (Integer32, _integer),
    (Unicode, _text),
)
