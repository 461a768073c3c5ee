"""Reads requests quickly: for each Spyne type a table, made once from Spyne's own account of its members.

Only what is in order is read here. A request in which anything is amiss, or out of the ordinary, is left to
``CxfReader``, which has the words for it. A property of the tests shows that both read the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
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


_DATES_REMEMBERED = 4096


class NotReadError(ValueError):
    """A request that the general reader has to be asked about."""


class CompiledReader:
    """Reads objects of Spyne classes. Its tables are made when a type is first met. Safe under threads.

    Args:
        zone: What a date without offset means.
        max_depth: How deep elements may be nested.
    """

    def __init__(self, zone: ZoneInfo, max_depth: int) -> None:
        # An element's members lie one deeper than itself; the wrapper lies in Envelope and Body.
        self._depth_left = max_depth - 3
        self._tables: dict[Any, tuple[Maker, _Table]] = {}
        self._date_time = lru_cache(_DATES_REMEMBERED)(lambda text: read_date_time(text, zone))

    def request(self, operation: Operation, wrapper: etree._Element) -> Any:
        """The object of the operation's request type, made from the one element in its wrapper.

        No element in it has an attribute that means something.

        Raises:
            NotReadError: The request is not plainly in order.
        """
        if len(wrapper) != 1:
            raise NotReadError("A wrapper has one element in it.")
        inner = wrapper[0]
        if inner.tag != operation.name:
            raise NotReadError("That element has the operation's name.")
        try:
            return self._complex(operation.request, inner, self._depth_left)
        except SoapFault as fault:
            raise NotReadError(fault.text) from None

    def _complex(self, cls: Any, element: etree._Element, depth_left: int) -> Any:
        if depth_left < 0:
            raise NotReadError("The elements are nested too deep.")
        make, table = self._tables.get(cls) or self._compiled(cls)
        value = make()
        members = value.__dict__
        for child in element:
            name = child.tag
            known = table.get(name)  # type: ignore[arg-type]
            if known is None:
                raise NotReadError("A member is not known.")
            kind, is_complex, is_repeated = known
            if is_complex:
                read = self._complex(kind, child, depth_left - 1)
            elif len(child):
                raise NotReadError("A simple member has elements in it.")
            else:
                read = kind(child.text or "")
            if is_repeated:
                if members[name] is None:
                    members[name] = []
                members[name].append(read)
            else:
                members[name] = read
        return value

    def _compiled(self, cls: Any) -> tuple[Maker, _Table]:
        table: _Table = {}
        for name, member in cls.get_flat_type_info(cls).items():
            is_complex = issubclass(member, ComplexModelBase)
            kind = (member.__orig__ or member) if is_complex else self._from_text(member)
            table[name] = (kind, is_complex, member.Attributes.max_occurs > 1)
        self._tables[cls] = maker(cls), table
        return self._tables[cls]

    def _from_text(self, cls: Any) -> _FromText:
        if issubclass(cls, EnumBase):
            return _one_of(frozenset(allowed_values(cls)))
        if issubclass(cls, DateTime):
            return self._date_time
        if issubclass(cls, Boolean):
            return read_flag
        return read_integer if issubclass(cls, Integer32) else str


def _one_of(values: frozenset[str]) -> _FromText:
    def read(text: str) -> str:
        if text not in values:
            raise NotReadError("A value is none of its enumeration.")
        return text

    return read
