"""Entries of a simulator's journal."""

from __future__ import annotations

from drs_simulator import JournalEntry

from tests.simulator.soap.wire import Caller


def last(caller: Caller) -> JournalEntry:
    return caller.simulator.journal.entries()[-1]
