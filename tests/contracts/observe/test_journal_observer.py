"""What the simulator shows beside an exchange in its journal: broken clauses, then advice, each with its grade."""

from __future__ import annotations

from drs_contracts.observe.journal_observer import judge_exchanges
from drs_simulator import AdminClient

from tests.contracts.observe.soap_service import Service


def judged(service: Service) -> dict[int, tuple[dict[str, str], ...]]:
    with service.wire.drs as drs, AdminClient(drs.url) as admin:
        return judge_exchanges(admin.journal.as_har())


def shown(service: Service) -> list[str]:
    return [
        f"{each['id']} ({each['grade']}): {each['reason']}"
        for clauses in judged(service).values()
        for each in clauses
        if each["result"] != "kept"
    ]


def test_advice_is_shown_with_its_grade() -> None:
    service = Service()
    service.open()
    number, booking, offered = service.book()
    for _ in range(2):
        service.cancel("1", "1")
    service.cancel(booking, number)
    service.schedule(booking, number, offered[0])
    service.close()
    told = shown(service)
    assert [each[:6] for each in told] == ["CAL-45", "CAL-49"]
    assert "(advice): it was refused before: Unable to find booking 1" in told[1]
    assert "(presumed): booking" in told[0]


def test_a_correct_service_has_nothing_beside_its_calls() -> None:
    service = Service()
    service.open()
    service.book()
    service.close()
    assert shown(service) == []


def test_kept_clauses_have_their_evidence() -> None:
    service = Service()
    service.open()
    service.close()
    clauses = judged(service)
    assert sorted(clauses) == [1, 2]
    first = clauses[1][0]
    assert first == first | {"id": "CAL-01", "grade": "published", "result": "kept", "reason": ""}
    assert first["statement"]
    assert first["source"]
