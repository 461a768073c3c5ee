"""The names of failed tests, from a JUnit file or from what test runners print."""

from __future__ import annotations

from pathlib import Path

import pytest
from drs_contracts.guess.failed_tests import cut_to_end, find_failed_tests


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("FAILED tests/test_a.py::test_b - AssertionError: x\n1 failed", ("tests/test_a.py::test_b",)),
        ("FAILED a.py::test_b[x y] - E\nERROR a.py::test_c\n", ("a.py::test_b[x y]", "a.py::test_c")),
        ("FAIL: test_a (__main__.T.test_a)\n-----", ("test_a (__main__.T.test_a)",)),
        ("    --- FAIL: TestBook (0.01s)\n", ("TestBook",)),
        ("  Failed Hackney.Tests.Books [2 s]\n", ("Hackney.Tests.Books",)),
        ("Segmentation fault", ()),
    ],
)
def test_names_are_read_from_the_output(printed: str, names: tuple[str, ...]) -> None:
    assert find_failed_tests(printed) == names


def test_a_junit_file_takes_precedence(tmp_path: Path) -> None:
    file = tmp_path / "results.xml"
    file.write_text(
        '<testsuite><testcase classname="a" name="b"><failure/></testcase>'
        '<testcase name="c"><error/></testcase><testcase name="d"/></testsuite>'
    )
    assert find_failed_tests("FAILED x.py::y - z", file) == ("a.b", "c")


@pytest.mark.parametrize("content", ["", "<testsuite>", "<testsuite/>"])
def test_a_file_that_says_nothing_leaves_the_output(tmp_path: Path, content: str) -> None:
    file = tmp_path / "results.xml"
    file.write_text(content)
    assert find_failed_tests("FAILED x.py::y - z", file) == ("x.py::y",)


def test_an_output_is_cut_to_its_last_lines() -> None:
    assert cut_to_end("\n".join(map(str, range(100))) + "\n\n") == "\n".join(map(str, range(88, 100)))
