"""The journal and the fault rules through the admin interface, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from drs_client import DrsClient, HttpFailure
from drs_simulator import AdminClient, FaultRule, Simulator, effects


@pytest.fixture
def drs() -> Iterator[Simulator]:
    with Simulator("lincoln") as served:
        yield served


@pytest.fixture
def admin(drs: Simulator) -> Iterator[AdminClient]:
    with AdminClient(drs.url) as client:
        yield client


def test_the_journal_is_read_searched_and_cleared(drs: Simulator, admin: AdminClient) -> None:
    with DrsClient(drs.url, "drs", "drs") as client:
        client.open_session()
    entries = admin.journal.as_har()["log"]["entries"]
    assert [entry["_operation"] for entry in entries] == ["openSession", "closeSession"]
    assert [entry["_operation"] for entry in admin.journal.as_har("closeSession")["log"]["entries"]] == ["closeSession"]
    assert "<password>drs<" not in str(entries)
    admin.journal.clear()
    assert admin.journal.as_har()["log"]["entries"] == []


def test_fault_rules_are_added_listed_and_cleared(drs: Simulator, admin: AdminClient) -> None:
    rule = FaultRule(operation="openSession", effect=effects.HttpStatus(status=503))
    assert admin.faults.add(rule) == admin.faults.rules() == (rule,)
    client = DrsClient(drs.url, "drs", "drs")
    with pytest.raises(HttpFailure):
        client.open_session()
    admin.faults.clear()
    assert admin.faults.rules() == ()
    client.open_session()


def test_an_invalid_rule_is_located_and_not_added(drs: Simulator, admin: AdminClient) -> None:
    root = drs.url.split("/OTWeb")[0]
    answer = requests.post(f"{root}/__admin/faults", json={"rules": [{"effect": {"kind": "magic"}}]}, timeout=5)
    assert answer.status_code == 422
    assert "magic" in answer.text
    assert admin.faults.rules() == ()


@pytest.mark.parametrize("query", ["outcome=soon", "page=1"])
def test_an_invalid_query_of_the_journal_is_an_error(drs: Simulator, query: str) -> None:
    root = drs.url.split("/OTWeb")[0]
    assert requests.get(f"{root}/__admin/journal?{query}", timeout=5).status_code == 422
