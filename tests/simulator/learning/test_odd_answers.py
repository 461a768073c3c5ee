"""Answers of any kind: what is learnt from them can be used, or there is an error that says why."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from drs_simulator import Simulator, UnusableError, load_profile
from drs_simulator.learning.learn import learn_profile
from drs_simulator.learning.profile_file import save_profile
from drs_simulator.learning.sources import read_source
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.learning.caller import Caller
from tests.simulator.learning.test_next_day import spend_a_day

VALUES = (
    *("", " ", "0", "-1", "1" * 5000, "1e400", "nan", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "true"),
    *("2026-03-10T10:00:00", "{", "{value}", "{0}", "(", "\\", "é", "…", "x" * 3000, "3 Days", "N373049", "NO"),
)
_LEAF = re.compile(r"(<(\w+)>)([^<>]*)(</\2>)")


@cache
def a_day() -> str:
    caller = Caller("lincoln")
    spend_a_day(caller, load_profile("lincoln"))
    return json.dumps(caller.drs.journal.as_har())


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 100_000), st.sampled_from(VALUES)), min_size=1, max_size=30))
def test_any_values_are_learnt_from_or_refused(changes: list[tuple[int, str]]) -> None:
    """Values of requests and of responses are replaced by odd ones."""
    archive = json.loads(a_day())
    bodies = [
        part
        for each in archive["log"]["entries"]
        for part in (each["request"]["postData"], each["response"]["content"])
    ]
    for place, value in changes:
        body = bodies[place % len(bodies)]
        leaves = list(_LEAF.finditer(body["text"]))
        if leaves:
            found = leaves[place // len(bodies) % len(leaves)]
            body["text"] = body["text"][: found.start(3)] + value + body["text"][found.end(3) :]
    with TemporaryDirectory() as folder:
        file, learnt_file = Path(folder) / "traffic.har", Path(folder) / "learnt.toml"
        file.write_text(json.dumps(archive), encoding="utf-8")
        learnt = learn_profile(read_source(file), load_profile("lincoln"))
        try:
            save_profile(learnt, "lincoln", learnt_file)
        except UnusableError as error:
            pytest.fail(str(error))
        Simulator(learnt_file)
