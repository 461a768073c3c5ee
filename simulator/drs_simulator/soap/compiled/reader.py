"""Reads requests fast, by a table for each Spyne type that is made once from Spyne's description of its members.

Only well-formed, usual requests are read here. Every other one is left to ``CxfReader``, which has the fault texts. A
property test shows that both read the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from drs_simulator.soap.spyne import compat  # noqa: F401 - must come before Spyne

from lxml import etree  # isort: skip
from spyne import Boolean, ComplexModelBase, DateTime, Integer32  # isort: skip
from spyne.model.enum import EnumBase  # isort: skip

from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.soap.spyne.types import Maker, Operation, allowed_values, maker
from drs_simulator.soap.values import read_date_time, read_flag, read_integer

_FromText = Callable[[str], object]
_Table = dict[str, tuple["_FromText | Any", bool, bool]]

_DATE_CACHE_SIZE = 4096


class NotReadError(ValueError):
    """A request that ``CxfReader`` has to read."""


class CompiledReader:
    """Reads objects of Spyne classes. A type's table is made when the type is first met. Safe under threads.

    Args:
        zone: The time zone of dates without an offset.
        max_depth: The maximum nesting of elements.
    """

    def __init__(self, zone: ZoneInfo, max_depth: int) -> None:
        # The request's element is inside Envelope, Body and the wrapper.
        self._depth_left = max_depth - 3
        self._tables: dict[Any, tuple[Maker, _Table]] = {}
        self._read_date_time = lru_cache(_DATE_CACHE_SIZE)(partial(read_date_time, zone=zone))

    def read(self, operation: Operation, wrapper: etree._Element) -> Any:
        """Read the object of the operation's request type from the one element in its wrapper, ignoring attributes.

        Raises:
            NotReadError: ``CxfReader`` has to read the request.
        """
        if len(wrapper) != 1:
            raise NotReadError("Its wrapper has not one child element.")
        inner = wrapper[0]
        if inner.tag != operation.name:
            raise NotReadError("The element in its wrapper has not the name of the operation.")
        try:
            return self._complex(operation.request, inner, self._depth_left)
        except SoapFault:
            # The fault's text has the value in it, which may be personal.
            raise NotReadError("It has a value that is not of its type.") from None

    def _complex(self, cls: Any, element: etree._Element, depth_left: int) -> Any:
        if depth_left < 0:
            raise NotReadError("Its elements are nested too deep.")
        make, table = self._tables.get(cls) or self._compile(cls)
        value = make()
        members = value.__dict__
        for child in element:
            name = child.tag
            known = table.get(name)  # type: ignore[arg-type]
            if known is None:
                raise NotReadError("It has an unknown member.")
            kind, is_complex, is_repeated = known
            if is_complex:
                read = self._complex(kind, child, depth_left - 1)
            elif len(child):
                raise NotReadError("It has elements in a simple member.")
            else:
                read = kind(child.text or "")
            if is_repeated:
                if members[name] is None:
                    members[name] = []
                members[name].append(read)
            else:
                members[name] = read
        return value

    def _compile(self, cls: Any) -> tuple[Maker, _Table]:
        table: _Table = {}
        for name, member in cls.get_flat_type_info(cls).items():
            is_complex = issubclass(member, ComplexModelBase)
            kind = (member.__orig__ or member) if is_complex else self._from_text(member)
            table[name] = (kind, is_complex, member.Attributes.max_occurs > 1)
        self._tables[cls] = maker(cls), table
        return self._tables[cls]

    def _from_text(self, cls: Any) -> _FromText:
        if issubclass(cls, EnumBase):
            return _enumeration_reader(frozenset(allowed_values(cls)))
        if issubclass(cls, DateTime):
            return self._read_date_time
        if issubclass(cls, Boolean):
            return read_flag
        return read_integer if issubclass(cls, Integer32) else str


def _enumeration_reader(values: frozenset[str]) -> _FromText:
    def read(text: str) -> str:
        if text not in values:
            raise NotReadError("It has a value outside an enumeration.")
        return text

    return read
