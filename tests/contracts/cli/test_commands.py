"""What all commands of drs-contracts have in common, and the list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from drs_contracts import Grade, __version__, list_clauses
from drs_contracts.clauses.clause import count_by_grade

from tests.contracts.cli.commands import run
from tests.contracts.recordings.test_recording import FOLDER

COMMANDS = ("list", "verify", "exercise", "observe", "record", "replay", "drift")


def test_the_clauses_are_listed_with_their_evidence() -> None:
    done = run("list")
    assert f"{len(list_clauses())} clauses." in done.stdout
    counted = dict(line.split() for line in done.stdout.splitlines()[-len(Grade) :])
    assert counted == {grade: str(count) for grade, count in count_by_grade(list_clauses()).items()}
    assert "AVL-01" in done.stdout


@pytest.mark.parametrize("grade", Grade)
def test_the_list_can_be_had_as_json_by_grade(grade: Grade) -> None:
    listed = json.loads(run("list", "--json", "--grade", grade).stdout)
    assert {each["grade"] for each in listed} == {grade}
    assert [each["id"] for each in listed] == [c.id for c in list_clauses() if c.evidence.grade is grade]
    assert set(listed[0]) == {"id", "statement", "grade", "source", "applies_to", "writes"}


def test_the_version_is_printed() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"drs-contracts {__version__}\n")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_explains_itself(option: str) -> None:
    for command in ((), *((name,) for name in COMMANDS)):
        done = run(*command, option)
        assert done.returncode == 0
        assert "Usage: " in done.stdout
        assert all(len(line) <= 80 for line in done.stdout.splitlines())


@pytest.mark.parametrize("command", ["verify", "exercise", "observe", "record", "replay", "drift"])
def test_json_is_a_flag_in_every_command(command: str) -> None:
    assert "--json     " in run(command, "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--grade", "sure"), "--grade"),
        (("fly",), "No such command"),
        (("exercise", "--scenario", "healthy", "--junit", "no/such/folder", "--", "true"), "cannot be written"),
    ],
)
def test_what_cannot_be_used_is_told_with_exit_code_2(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


class TestOldOptions:
    """Options that documents showed are understood for one release, with a word about it."""

    def test_authorized(self) -> None:
        done = run("replay", FOLDER, "https://drs.example/soap", "--i-may-test-this-system")
        assert "The recording writes" in done.stderr

    def test_against(self) -> None:
        done = run("drift", FOLDER, "--against", "http://127.0.0.1:9/soap")
        assert "--against URL is now the argument URL" in done.stderr
        assert "Nothing answers at 127.0.0.1:9" in done.stderr

    def test_upstream(self, tmp_path: Path) -> None:
        done = run("record", "--upstream", "drs.example", "--into", tmp_path / "new")
        assert "'drs.example' is not the address of a DRS." in done.stderr

    def test_patience(self) -> None:
        done = run("exercise", "--patience", "5", "--scenario", "healthy", "--", "no-such-program")
        assert "--patience is now --timeout" in done.stderr
        assert "no-such-program cannot be run" in done.stderr


class TestText:
    """No output depends on the console."""

    def test_a_code_page_that_lacks_a_character_ends_nothing(self) -> None:
        for arguments in (("--help",), ("exercise", "--list"), ("list",)):
            done = run(*arguments, environ={"PYTHONIOENCODING": "ascii"})
            assert (done.returncode, done.stderr) == (0, "")

    def test_a_narrow_console_folds_and_cuts_nothing(self) -> None:
        wide, narrow = (run("list", environ={"COLUMNS": columns}).stdout for columns in ("400", "60"))
        statement = max((clause.evidence.source for clause in list_clauses()), key=len)
        assert statement in wide
        assert "…" not in narrow
        assert max(map(len, narrow.splitlines())) <= 60

    def test_colons_and_brackets_stay_as_they_are(self, tmp_path: Path) -> None:
        done = run("observe", tmp_path / "[red]:a:b:.har")
        assert "[red]:a:b:.har cannot be read" in done.stderr
