"""Reports on guesses: what a service depends on, and what not; as data, JSON, JUnit XML, and one page of HTML."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from drs_simulator import Guess, Profile, Variant
from lxml import etree

from drs_contracts.clauses import list_clauses
from drs_contracts.clauses.clause import Clause, count_by_grade
from drs_contracts.guess.exchanges import ShownDifference
from drs_contracts.reports import Frame, Tile, Tone, count_words, format_command, render_page, to_xml_text

_DEPENDS, _UNDECIDED = "depends on", "not decided"
_INDEPENDENT, _NOT_EXERCISED = "does not depend on", "not exercised"


@dataclass(frozen=True, slots=True)
class Dependency:
    """A variant with which the command fails.

    Args:
        variant: The variant.
        tests: The tests that fail, where they are known.
        summary: How the command ended, as a predicate.
        printed: The last lines of what it printed.
        difference: The call whose answer differs from that of the default run, if any does.
    """

    variant: Variant
    tests: tuple[str, ...]
    summary: str
    printed: str
    difference: ShownDifference | None


@dataclass(frozen=True, slots=True)
class Undecided:
    """A variant of which nothing can be said, and why."""

    variant: Variant
    reason: str


@dataclass(frozen=True, slots=True)
class GuessReport:
    """What a command depends on.

    Args:
        command: The program and its arguments.
        profile: The installation.
        variants: All variants of the search.
        dependencies: The variants with which the command fails.
        undecided: The variants of which nothing can be said.
        exercised: The settings that the command exercises by default.
        runs: How often the command was run.
        seconds: How long that took.
        interrupted: Whether it was interrupted.
        out_of_time: Whether the time was over before all was known.
    """

    command: tuple[str, ...]
    profile: Profile
    variants: tuple[Variant, ...]
    dependencies: tuple[Dependency, ...]
    undecided: tuple[Undecided, ...]
    exercised: frozenset[str]
    runs: int
    seconds: float
    interrupted: bool = False
    out_of_time: bool = False

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """All guesses, in order."""
        return tuple({each.setting: each.guess for each in self.variants}.values())

    @property
    def depends_on(self) -> tuple[Guess, ...]:
        """The guesses that the command depends on."""
        return self._having({each.variant.setting for each in self.dependencies})

    @property
    def not_decided(self) -> tuple[Guess, ...]:
        """The guesses of which nothing can be said."""
        return self._having({each.variant.setting for each in self.undecided} - _settings(self.depends_on))

    @property
    def independent_of(self) -> tuple[Guess, ...]:
        """The guesses that the command exercises and does not depend on."""
        return self._having(self.exercised - _settings(self.depends_on) - _settings(self.not_decided))

    @property
    def not_exercised(self) -> tuple[Guess, ...]:
        """The guesses that no call of the command has to do with."""
        known = _settings(self.depends_on) | _settings(self.not_decided) | self.exercised
        return self._having(_settings(self.guesses) - known)

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        count = len(self.depends_on)
        if count:
            return f"The command depends on {count} of {_count(len(self.guesses))} about DRS."
        if self.not_decided:
            return f"No dependency was found, and {_count(len(self.not_decided))} could not be decided."
        return f"The command depends on none of {_count(len(self.guesses))} about DRS."

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader must know about the result; empty where it is complete."""
        if self.interrupted:
            return ("The search was interrupted: this is what was known by then.",)
        if self.out_of_time:
            return ("The time was over before all was known. Give more with --time-budget.",)
        return ()

    def of(self, guess: Guess) -> tuple[Dependency, ...]:
        """Return the variants of a guess with which the command fails."""
        return tuple(each for each in self.dependencies if each.variant.setting == guess.setting)

    def reason(self, guess: Guess) -> str:
        """Return why nothing can be said of a guess."""
        return next(each.reason for each in self.undecided if each.variant.setting == guess.setting)

    def evidence(self, guess: Guess) -> str:
        """Return how the guess's setting is known in the profile."""
        table = guess.setting.partition(".")[0]
        known = self.profile.evidence
        return known.get(guess.setting) or known.get(table, "")

    def _having(self, settings: Iterable[str]) -> tuple[Guess, ...]:
        wanted = set(settings)
        return tuple(guess for guess in self.guesses if guess.setting in wanted)


def find_clauses(guess: Guess) -> tuple[Clause, ...]:
    """Find the clauses of a guess."""
    return tuple(clause for clause in list_clauses() if clause.id in guess.clauses)


def to_data(report: GuessReport) -> dict[str, object]:
    """Make the report as data for JSON."""
    return {
        "command": list(report.command),
        "profile": report.profile.name,
        "interrupted": report.interrupted,
        "out_of_time": report.out_of_time,
        "runs": report.runs,
        "seconds": round(report.seconds, 3),
        "depends_on": [_dependency_data(report, guess) for guess in report.depends_on],
        "independent_of": [guess.setting for guess in report.independent_of],
        "not_exercised": [guess.setting for guess in report.not_exercised],
        "not_decided": [{"setting": each.setting, "reason": report.reason(each)} for each in report.not_decided],
    }


def to_json(report: GuessReport) -> bytes:
    """Make the report as JSON."""
    return json.dumps(to_data(report), indent=2).encode()


def to_junit(report: GuessReport) -> bytes:
    """Make the report as JUnit XML: a test case for every guess, skipped where nothing is known."""
    skipped = {each.setting: report.reason(each) for each in report.not_decided}
    skipped |= {each.setting: "the command does not exercise it" for each in report.not_exercised}
    suites = etree.Element("testsuites")
    suite = etree.SubElement(suites, "testsuite", name="drs-contracts guess", errors="0")
    suite.set("tests", str(len(report.guesses)))
    suite.set("failures", str(len(report.depends_on)))
    suite.set("skipped", str(len(skipped)))
    for guess in report.guesses:
        case = etree.SubElement(suite, "testcase", classname="guess", name=f"{guess.setting}: {guess.ask}")
        for found in report.of(guess)[:1]:
            message = f"with {found.variant.id} it {found.summary}"
            failure = etree.SubElement(case, "failure", type="depends on a guess", message=message)
            failure.text = to_xml_text("\n".join([*found.tests, found.printed]))
        if guess.setting in skipped:
            etree.SubElement(case, "skipped", message=skipped[guess.setting])
    return etree.tostring(suites, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def to_html(report: GuessReport) -> bytes:
    """Make the report as one page that needs nothing else."""
    groups = (
        (_DEPENDS, Tone.BAD, report.depends_on),
        (_UNDECIDED, Tone.UNSURE, report.not_decided),
        (_INDEPENDENT, Tone.PLAIN, report.independent_of),
        (_NOT_EXERCISED, Tone.PLAIN, report.not_exercised),
    )
    tone = Tone.UNSURE if report.not_decided or report.notices else Tone.GOOD
    tone = Tone.BAD if report.depends_on else tone
    concerned = [clause for guess in report.depends_on for clause in find_clauses(guess)]
    runs = f"{count_words(report.runs, 'run')} in {report.seconds:.0f} seconds"
    frame = Frame(
        "guess",
        "Which guesses about DRS does it depend on?",
        report.headline,
        tone,
        facts=(format_command(report.command), f"Profile {report.profile.name}, {runs}."),
        notices=report.notices,
        tiles=tuple(Tile(outcome, len(guesses), each) for outcome, each, guesses in groups),
        grades=tuple(count_by_grade({each.id: each for each in concerned}.values()).items()),
        graded="clauses that it depends on",
    )
    return render_page("guess.html", frame, report=report, find_clauses=find_clauses, groups=groups)


def _dependency_data(report: GuessReport, guess: Guess) -> dict[str, object]:
    return {
        "setting": guess.setting,
        "value": guess.read(report.profile),
        "evidence": report.evidence(guess),
        "clauses": [
            {"id": each.id, "statement": each.statement, "evidence": str(each.evidence)} for each in find_clauses(guess)
        ],
        "ask": guess.ask,
        "variants": [
            {
                "id": each.variant.id,
                "value": each.variant.alternative.value,
                "why": each.variant.alternative.why,
                "tests": list(each.tests),
                "summary": each.summary,
                "printed": each.printed,
                "exchange": _difference_data(each.difference),
            }
            for each in report.of(guess)
        ],
    }


def _difference_data(difference: ShownDifference | None) -> dict[str, object] | None:
    if difference is None:
        return None
    return {
        "operation": difference.operation,
        "sent": difference.sent,
        "changed": [each._asdict() for each in difference.changed],
        "more": difference.more,
    }


def _settings(guesses: Iterable[Guess]) -> set[str]:
    return {guess.setting for guess in guesses}


def _count(number: int) -> str:
    return f"{number} guess" if number == 1 else f"{number} guesses"
