"""Nothing in a simulator grows with its calls: sessions lapse, the journal and the caches have bounds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Calls and sessions of a day, and days. Every night there are 300,000 calls and 200,000 sessions.
_A_DAY = (15_000, 10_000) if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else (300, 200)
_DAYS = 20
_GROWTH_MIB = 24

PROGRAM = """
import sys

import pytest
from datetime import timedelta
from itertools import count

import psutil
from benchmarks.workload.bodies import CLOCK, PROFILE, bodies_of, open_session
from benchmarks.workload.calling import Caller, filled_in, session_in
from drs_simulator import Simulator

calls, sessions, days = map(int, sys.argv[1:])
drs = Simulator(PROFILE, clock=CLOCK, seed=1, journal=1000)
call = Caller(drs.wsgi, drs.path)
numbers = map(str, count(50_000_000))

def live_a_day():
    drs.clock.shift(timedelta(days=1))
    for _ in range(sessions):
        opened = call(open_session())
    searches = bodies_of(session_in(opened)).availability
    for number in range(calls):
        call(filled_in(searches[number % len(searches)], next(numbers)))

def resident():
    return psutil.Process().memory_info().rss / 2**20

for _ in range(3):
    live_a_day()
before = resident()
for _ in range(days):
    live_a_day()
print(resident() - before)
"""


@pytest.mark.timeout(3600)
def test_memory_does_not_grow_with_calls_and_sessions() -> None:
    """After some days, in which the caches and the journal fill, many more take no more memory."""
    command = [sys.executable, "-c", PROGRAM, *map(str, (*_A_DAY, _DAYS))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    assert float(done.stdout) < _GROWTH_MIB
