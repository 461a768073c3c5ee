"""The command drs-contracts drift."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from wsgiref.types import WSGIApplication

import pytest
from drs_contracts import list_clauses
from drs_simulator import Simulator
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from tests.client.fakes import serving
from tests.contracts.cli.commands import run
from tests.contracts.recordings.test_recording import FOLDER

CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"


def spoiling(spoil: Callable[[str], str], simulator: Simulator) -> WSGIApplication:
    """The simulator's application with every answer changed."""

    @Request.application
    def application(request: Request) -> Response:
        answer = Client(simulator.wsgi).post(request.full_path, data=request.get_data(), content_type="text/xml")
        return Response(spoil(answer.text), answer.status_code, content_type=answer.content_type)

    return application


class TestCommand:
    def test_the_report_is_written_as_a_page(self, tmp_path: Path) -> None:
        for command in ("drift", "replay"):
            file = tmp_path / f"{command}.html"
            assert run(command, str(FOLDER), "--simulator", "--html", file).returncode == 0
            assert "No: 5 answers are as recorded." in file.read_text(encoding="utf-8")
        refused = run("drift", str(FOLDER), "--simulator", "--html", tmp_path / "none" / "x.html")
        assert refused.returncode == 2
        assert "cannot be written" in refused.stderr

    def test_the_recording_of_the_document_has_not_drifted_from_the_simulator(self) -> None:
        done = run("drift", str(FOLDER), "--simulator")
        assert done.returncode == 0, done.stdout
        assert done.stdout.count(": no drift\n") == 5
        assert done.stdout.endswith("5 exchanges, 0 of them drifted.\n")

    def test_drift_is_summed_up_with_its_clauses_and_exit_code_1(self) -> None:
        def spoil(body: str) -> str:
            return body.replace("T08:00:00+01:00</beginDate>", "</beginDate>").replace("slotsForDay", "slots")

        simulator = Simulator("lincoln-2021", clock=CLOCK)
        with serving(spoiling(spoil, simulator)) as address:
            done = run("drift", FOLDER, address + simulator.path)
            simulator.reset()
            shown = run("replay", FOLDER, address + simulator.path)
        assert done.returncode == shown.returncode == 1
        assert "01-openSession: no drift\n" in done.stdout
        assert "03-checkAvailability: 16 renamed, 8 type\n" in done.stdout
        place = "/Envelope/Body/checkAvailabilityResponse/return/theSlots[1]/slotsForDay[1]"
        assert f"    renamed, 16 times, first: {place}: is slots, was slotsForDay  [AVL-04, AVL-05]\n" in done.stdout
        was = "was a time with offset, '2021-10-26T08:00:00+01:00'  [AVL-05, WIR-02]"
        assert f"    type, 8 times, first: {place}/beginDate: is a date, '2021-10-26'; {was}\n" in done.stdout
        known = "\n".join(
            f"    {clause.id}  {clause.statement} ({clause.evidence})"
            for clause in list_clauses()
            if clause.id in ("AVL-04", "AVL-05", "WIR-02")
        )
        assert f"Clauses concerned:\n{known}\n5 exchanges, 1 of them drifted: 16 renamed, 8 type.\n" in done.stdout
        assert f"Clauses concerned:\n{known}\n5 exchanges, 1 of them different.\n" in shown.stdout
        assert shown.stdout.count("[AVL-05, WIR-02]") == 8

    def test_json_has_every_difference_by_itself(self) -> None:
        simulator = Simulator("lincoln-2021", clock=CLOCK)
        with serving(spoiling(lambda body: body.replace("<id>0</id>", ""), simulator)) as address:
            done = run("drift", FOLDER, address + simulator.path, "--json")
        assert done.returncode == 1
        told = json.loads(done.stdout)
        assert told["recording"] == "Appendix B"
        assert told["counts"] == {"removed": 5}
        assert told["exchanges"][0]["operation"] == "openSession"
        assert told["exchanges"][0]["differences"] == [
            {
                "kind": "removed",
                "path": "/Envelope/Body/openSessionResponse/return/id",
                "was": "id '0'",
                "is": "",
                "text": "is gone, was id '0'",
                "clauses": ["ANS-01"],
            }
        ]
        assert [each["id"] for each in told["clauses"]] == ["ANS-01"]

    def test_json_without_drift_is_empty_with_exit_code_0(self) -> None:
        done = run("drift", str(FOLDER), "--simulator", "--json")
        assert done.returncode == 0
        assert json.loads(done.stdout)["counts"] == {}

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("{folder}",), "Give the address of a DRS, or --simulator."),
            (("{folder}", "--simulator", "http://127.0.0.1:9"), "or --simulator."),
            (("{none}", "--simulator"), "recording.toml cannot be read"),
            (("{broken}", "--simulator"), "02-closeSession.response.xml is not XML"),
            (("{doctype}", "--simulator"), "02-closeSession.response.xml is not XML: it has a DOCTYPE"),
            (("{folder}", "http://127.0.0.1:9/soap"), "Nothing answers at 127.0.0.1:9"),
            (("{folder}", "https://drs.example/soap"), "then add --authorized."),
        ],
    )
    def test_what_cannot_be_used_is_told_in_a_line_with_exit_code_2(
        self, arguments: tuple[str, ...], words: str, tmp_path: Path
    ) -> None:
        folders = {"folder": str(FOLDER), "none": str(tmp_path / "none")}
        for name, content in (("broken", "<a>"), ("doctype", "<!DOCTYPE a><a/>")):
            folders[name] = str(copytree(FOLDER, tmp_path / name))
            (tmp_path / name / "02-closeSession.response.xml").write_text(content, encoding="utf-8")
        done = run("drift", *(each.format(**folders) for each in arguments))
        assert done.returncode == 2
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""

    def test_it_explains_itself(self) -> None:
        done = run("drift", "--help")
        assert done.returncode == 0
        assert "Usage: " in done.stdout
