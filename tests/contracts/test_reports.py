"""The pages of all reports: one frame, filters, links to the contract; in a real browser, accessible at every width."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from drs_contracts import (
    Dependency,
    Difference,
    DifferenceKind,
    ExerciseOutcome,
    Finding,
    Grade,
    GuessReport,
    Outcome,
    Remains,
    Report,
    Run,
    RunFinding,
    analyse_traffic,
    list_clauses,
    load_recording,
    read_traffic,
)
from drs_contracts.clauses.clause import AppliesTo
from drs_contracts.driver.messages import Exchange, Reply
from drs_contracts.exercise.report import ExerciseReport
from drs_contracts.exercise.report import to_html as exercise_page
from drs_contracts.guess.exchanges import ChangedMember, ShownDifference
from drs_contracts.guess.report import to_html as guess_page
from drs_contracts.observe.report import to_html as observe_page
from drs_contracts.recordings.drift_report import Drift
from drs_contracts.recordings.drift_report import to_html as drift_page
from drs_contracts.reports import CONTRACT_PAGE, Frame, Tile, Tone, clause_url
from drs_contracts.verify.report import to_html as verify_page
from drs_simulator import find_variants, load_profile, load_scenario
from lxml import etree
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.contracts.recordings.test_recording import FOLDER

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "artefacts" / "screenshots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="there is no Chromium to look at pages with"
)
OF_DRS, OF_CALLERS = (list_clauses(side) for side in (AppliesTo.DRS, AppliesTo.CALLER))
LONG = "Unmarshalling Error: " + ",".join(f"<{{}}member{number}>" for number in range(30))


def verify() -> bytes:
    outcomes = {0: Outcome.BROKEN, 1: Outcome.INCONCLUSIVE, 2: Outcome.SKIPPED}
    came = Exchange(
        "createOrder", b"<a><password>x</password></a>", Reply(200, "text/xml", b"<b>" + b"1" * 500 + b"</b>")
    )
    findings = (
        Finding(clause, outcomes.get(place, Outcome.HELD), LONG if place in outcomes else "", {}, came)
        for place, clause in enumerate(OF_DRS)
    )
    started = datetime(2021, 10, 22, tzinfo=UTC)
    return verify_page(
        Report("http://127.0.0.1:8080/OTWebServiceGateway_LINCOLN/ws/soap", started, 1, 15, 0, tuple(findings))
    )


def exercise() -> bytes:
    left = Remains(2, 1, 1, 0, 0, 6)
    broken = (RunFinding("it repeats order 1, which had no answer", OF_CALLERS[0], 4), RunFinding("a place stays"))
    runs = (
        Run("healthy", load_scenario("healthy"), ExerciseOutcome.PASSED, 0, 0.1, left, (), ""),
        Run("slow", load_scenario("slow"), ExerciseOutcome.PASSED_WITH_MESS, 0, 8.6, left, broken, f"{LONG}\n1 passed"),
    )
    return exercise_page(ExerciseReport(("pytest", "tests"), runs, {"http-502": load_scenario("http-502")}))


def observe() -> bytes:
    return observe_page(analyse_traffic(read_traffic(FOLDER)))


def drift() -> bytes:
    recording = load_recording(FOLDER)
    exchange = recording.exchanges[2].name
    clauses = (OF_DRS[0].id, "AVL-10")
    found = [
        Drift(exchange, Difference(DifferenceKind.RENAMED, f"/Envelope/Body/a[{n}]", "slots", LONG, "is"), clauses)
        for n in range(1, 4)
    ]
    return drift_page(recording, found)


def guess() -> bytes:
    profile = load_profile("lincoln")
    variants = tuple(find_variants(profile))
    difference = ShownDifference(
        "deleteBooking", "<a/>", (ChangedMember("errorMsg", "Unable to find booking 1", LONG),)
    )
    found = (Dependency(variants[0], ("tests/test_it.py::test_words",), "ended with exit code 1", "", difference),)
    exercised = frozenset({variants[0].setting, variants[-1].setting})
    return guess_page(GuessReport(("pytest", LONG), profile, variants, found, (), exercised, 6, 3.2))


PAGES: dict[str, Callable[[], bytes]] = {
    "verify": verify,
    "exercise": exercise,
    "observe": observe,
    "drift": drift,
    "guess": guess,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in which no script fails and nothing is asked of elsewhere."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("request", lambda request: problems.append(request.url))
    yield opened
    opened.close()
    assert not problems


@needs_browser
@pytest.mark.parametrize("name", PAGES)
def test_it_is_accessible_and_fits_every_screen(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.set_content(PAGES[name]().decode())
    for width, scheme in product((390, 1280, 1920), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.screenshot(path=SCREENSHOTS / f"report-{name}-{scheme}-{width}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if (width, scheme) in ((390, "dark"), (1280, "light")):
            # Each layout once, each scheme once.
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()


@needs_browser
def test_rows_are_filtered_by_grade_outcome_and_text(page: Page) -> None:
    page.set_content(verify().decode())
    shown = page.locator("output")
    expect(shown).to_have_text(f"{len(OF_DRS)} of {len(OF_DRS)} shown")
    presumed = sum(clause.evidence.grade is Grade.PRESUMED for clause in OF_DRS)
    page.get_by_label("Grade").select_option("presumed")
    expect(shown).to_have_text(f"{presumed} of {len(OF_DRS)} shown")
    page.get_by_role("button", name="Show all").click()
    page.locator(".tiles a", has_text="broken").click()
    expect(shown).to_have_text(f"1 of {len(OF_DRS)} shown")
    expect(page.locator("h2", has_text="What could not be checked")).to_be_hidden()
    expect(page.locator("article:visible")).to_have_count(1)
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Text").fill(OF_DRS[5].id)
    expect(page.locator("tbody tr:visible")).to_have_count(1)


@needs_browser
def test_it_is_whole_without_scripts(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(verify().decode())
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator("tr[data-outcome]:visible")).to_have_count(len(OF_DRS))
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_every_clause_links_to_its_section(name: str) -> None:
    sections = set(re.findall(r'<a id="([^"]+)">', (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")))
    links = {
        link.partition("#") for link in etree.HTML(PAGES[name]().decode()).xpath("//main//a/@href") if "//" in link
    }
    assert links
    assert all(page == CONTRACT_PAGE and section in sections for page, _, section in links)


def test_the_project_has_its_pages_where_reports_link_to() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    home = CONTRACT_PAGE.partition("/blob/")[0]
    assert all(url.startswith(home) for url in project.get("urls", {}).values())
    assert clause_url("AVL-01") == f"{CONTRACT_PAGE}#avl-01"


@pytest.mark.parametrize("name", PAGES)
def test_the_verdict_comes_first(name: str) -> None:
    root = etree.HTML(PAGES[name]().decode())
    assert root.xpath("//main/*[1]/h1")
    assert root.xpath("count(//h1)") == 1


@pytest.mark.parametrize(
    ("grades", "told"),
    [
        (
            (("seen", 3), ("presumed", 1)),
            "1 of these 4 clauses (25%) is presumed: the simplest assumption, without evidence.",
        ),
        (
            (("seen", 2), ("presumed", 2)),
            "2 of these 4 clauses (50%) are presumed: the simplest assumption, without evidence.",
        ),
        ((("seen", 0), ("presumed", 2)), "All 2 clauses are presumed: the simplest assumption, without evidence."),
        ((("seen", 2), ("presumed", 0)), "None of these 2 clauses is presumed."),
        ((), ""),
    ],
)
def test_the_share_of_presumed_is_told(grades: tuple[tuple[str, int], ...], told: str) -> None:
    assert Frame("verify", "?", "!", Tone.PLAIN, grades=grades).presumed == told


def test_a_tile_has_a_colour_only_where_it_matters() -> None:
    assert [Tile("broken", count, Tone.BAD).colour for count in (0, 1)] == [Tone.PLAIN, Tone.BAD]
