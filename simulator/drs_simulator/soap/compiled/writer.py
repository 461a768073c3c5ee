"""Writes answers quickly: for each Spyne type one function, made once from Spyne's own account of its members.

``CxfWriter`` is the reference: a property of the tests shows that both give the same bytes, or both none.
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
# What XML does not take as it is, or not at all.
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ONLY_FRAME = 2
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


class NotWrittenError(ValueError):
    """A value that cannot be written as XML; neither could Spyne."""


class CompiledWriter:
    """Writes objects of Spyne classes. Its functions are made when a type is first met. Safe under threads."""

    def __init__(self) -> None:
        self._written: dict[Any, _Write] = {}
        self._frames: dict[str, tuple[str, str, str]] = {}

    def answer(self, operation: Operation, response: Any) -> bytes:
        """The envelope with the operation's response.

        Raises:
            NotWrittenError: Some value of it cannot be written.
        """
        opening, closing, empty = self._frame(operation.name)
        parts = [opening]
        self._writing(operation.response)(response, parts)
        parts.append(closing)
        return "".join(parts if len(parts) > _ONLY_FRAME else [empty]).encode()

    def element(self, name: str, cls: Any, value: Any) -> Written:
        """The value as an element of that name, to be written more than once.

        Raises:
            NotWrittenError: Some value of it cannot be written.
        """
        parts: _Parts = []
        self._complex(name, cls)(value, parts)
        return Written(value, "".join(parts))

    def _frame(self, operation: str) -> tuple[str, str, str]:
        """What stands before and behind the members of an answer (seen: Appendix B), and what without any."""
        if operation not in self._frames:
            before = (
                f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP_1_1}"><soap:Body>'
                f'<ns1:{operation}Response xmlns:ns1="{NAMESPACE}"><return xmlns:ns2="{NAMESPACE}"'
            )
            behind = f"</ns1:{operation}Response></soap:Body></soap:Envelope>"
            self._frames[operation] = f"{before}>", f"</return>{behind}", f"{before}/>{behind}"
        return self._frames[operation]

    def _writing(self, cls: Any) -> _Write:
        cls = cls.__orig__ or cls
        if cls not in self._written:
            self._written[cls] = self._compiled(cls)
        return self._written[cls]

    def _compiled(self, cls: Any) -> _Write:
        """A function that writes the members of the class, in order, those of its base first."""
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
        """How a member is written: a single simple one by its text, every other one by a function of its own."""
        is_complex, is_single = issubclass(member, ComplexModelBase), member.Attributes.max_occurs == 1
        opening, closing = f"<{name}>", f"</{name}>"
        if not is_complex and is_single:
            return name, _text_of(member), opening, closing, None
        one = self._complex(name, member) if is_complex else _leaf(name, _text_of(member))

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
            # Types refer to each other in circles, so that this one is looked up no sooner than it is needed.
            self._writing(cls)(value, parts)
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


def _text_of(cls: Any) -> _ToText:
    for kind, to_text in _TEXTS:
        if issubclass(cls, kind):
            return to_text
    raise NotWrittenError(f"No member has the type {cls.get_type_name()}.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise NotWrittenError("A text was expected.")
    return value if _SPECIAL.search(value) is None else _SPECIAL.sub(_escape, value)


def _escape(found: re.Match[str]) -> str:
    escaped = _ESCAPED.get(found[0])
    if escaped is None:
        raise NotWrittenError("XML has no such character.")
    return escaped


def _integer(value: object) -> str:
    if value.__class__ is not int:
        raise NotWrittenError("A whole number was expected.")
    return str(value)


_TEXTS: tuple[tuple[Any, _ToText], ...] = (
    (EnumBase, _text),
    (DateTime, write_date_time),
    (Boolean, write_flag),
    (Integer32, _integer),
    (Unicode, _text),
)
