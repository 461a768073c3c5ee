"""Drift: every kind of difference is classed, has its place, and names the clauses that it concerns."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from drs_contracts import Difference, list_clauses
from drs_contracts import DifferenceKind as Kind
from drs_contracts.recordings.drift import compare, type_of
from drs_contracts.recordings.drift_clauses import CLAUSE_RULES, FORM_OF_TIMES, find_clauses
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

COMMAND = [sys.executable, "-c", "from drs_contracts.cli import main; main()"]
CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
NONE: dict[str, re.Pattern[str]] = {}

SHAPES = st.recursive(
    st.builds("<{0}>{1}</{0}>".format, st.sampled_from("ab"), st.sampled_from(["", "1", "x"])),
    lambda inner: st.builds(
        lambda name, children: f"<{name}>{''.join(children)}</{name}>",
        st.sampled_from("abc"),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=10,
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)


def between(was: str, is_: str, volatile: dict[str, re.Pattern[str]] = NONE) -> list[tuple[str, str, str, str]]:
    """The differences, each as its kind, path, was and is."""
    found = compare(etree.fromstring(was), etree.fromstring(is_), volatile)
    return [(each.kind.value, each.path, each.was, each.is_) for each in found]


class TestStructure:
    def test_an_element_that_is_gone_is_removed_with_what_was_in_it(self) -> None:
        assert between("<r><a/><b><c>1</c><d>2</d></b></r>", "<r><a/></r>") == [("removed", "/r/b", "b '1 2'", "")]

    def test_an_element_that_is_new_is_added(self) -> None:
        assert between("<r><a>1</a></r>", "<r><a>1</a><b>2</b></r>") == [("added", "/r/b", "", "b '2'")]

    def test_an_element_in_anothers_place_is_renamed_and_looked_into(self) -> None:
        assert between("<r><a/><b>1</b></r>", "<r><a/><c>2</c></r>") == [
            ("renamed", "/r/b", "b", "c"),
            ("value", "/r/b", "1", "2"),
        ]

    def test_all_of_a_name_are_renamed_one_by_one(self) -> None:
        one, other = ("<r>" + f"<{name}><x>1</x></{name}>" * 2 + "</r>" for name in ("slotsForDay", "slots"))
        assert [each[:2] for each in between(one, other)] == [
            ("renamed", "/r/slotsForDay[1]"),
            ("renamed", "/r/slotsForDay[2]"),
        ]

    def test_one_gone_here_and_another_new_there_are_no_renaming(self) -> None:
        assert [each[0] for each in between("<r><a/><x/><y/></r>", "<r><x/><y/><b/></r>")] == ["removed", "added"]

    def test_a_fault_in_the_place_of_an_answer_is_no_renaming(self) -> None:
        found = between("<r><answer><return/></answer></r>", "<r><Fault><faultstring>no</faultstring></Fault></r>")
        assert found == [("removed", "/r/answer", "answer", ""), ("added", "/r/Fault", "", "Fault 'no'")]

    def test_another_prefix_or_namespace_is_a_renaming(self) -> None:
        one, other = '<n:r xmlns:n="urn:n"><a/></n:r>', '<m:r xmlns:m="urn:n"><a xmlns="urn:n"/></m:r>'
        assert between(one, other) == [("renamed", "/r", "n:r", "m:r"), ("renamed", "/r/a", "a", "{urn:n}a")]

    def test_another_root_is_all_that_is_told(self) -> None:
        assert between("<r><a/></r>", "<html><b/></html>") == [("renamed", "/r", "r", "html")]

    def test_another_order_is_told_once_and_values_are_compared_by_name(self) -> None:
        assert between("<r><a>1</a><b>2</b></r>", "<r><b>2</b><a>3</a></r>") == [
            ("reordered", "/r", "a, b", "b, a"),
            ("value", "/r/a", "1", "3"),
        ]

    def test_of_many_of_a_name_it_is_the_one_without_an_equal_that_is_gone(self) -> None:
        one, other = ("<r>" + "".join(f"<s>{each}</s>" for each in texts) + "</r>" for texts in ("abcd", "acd"))
        assert between(one, other) == [("removed", "/r/s[2]", "s 'b'", "")]

    def test_attributes_are_compared(self) -> None:
        nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
        assert between("<r><a/></r>", f"<r><a {nil}/></r>") == [("added", "/r/a/@nil", "", "true")]
        assert between(f"<r><a {nil}/></r>", "<r><a/></r>") == [("removed", "/r/a/@nil", "true", "")]
        assert between('<r n="1"/>', '<r n="2"/>') == [("value", "/r/@n", "1", "2")]


class TestValues:
    @pytest.mark.parametrize(
        ("was", "is_", "kind"),
        [
            ("2021-10-26T08:00:00+01:00", "tomorrow", Kind.TYPE),
            ("2021-10-26T08:00:00+01:00", "2021-10-26T08:00:00", Kind.TYPE),
            ("2021-10-26T08:00:00+01:00", "2021-10-26", Kind.TYPE),
            ("2021-10-26T08:00:00+01:00", "2021-10-26T07:00:00Z", Kind.VALUE),
            ("60", "sixty", Kind.TYPE),
            ("60", "60.0", Kind.TYPE),
            ("60", "", Kind.TYPE),
            ("60", "45", Kind.VALUE),
            ("1.0", "1", Kind.TYPE),
            ("true", "YES", Kind.TYPE),
            ("true", "false", Kind.VALUE),
            ("Joiner", "12", Kind.VALUE),
            ("", "12", Kind.VALUE),
        ],
    )
    def test_a_value_has_another_type_or_does_not_hold(self, was: str, is_: str, kind: Kind) -> None:
        assert between(f"<a>{was}</a>", f"<a>{is_}</a>") == [(kind.value, "/a", was, is_)]

    def test_a_volatile_value_may_be_any_of_its_form(self) -> None:
        form = {"id": re.compile("[0-9]+")}
        assert between("<id>1</id>", "<id>2</id>", form) == []
        assert between("<id>1</id>", "<id>x</id>", form) == [("type", "/id", "1", "x")]

    def test_white_space_and_the_digits_of_other_scripts(self) -> None:
        assert between("<a> 1 </a>", "<a>1</a>") == []
        assert type_of("١٢") == "a text"

    @given(SHAPES, SHAPES)
    def test_two_answers_differ_if_and_only_if_they_are_not_the_same(self, one: str, other: str) -> None:
        assert (between(one, other) == []) == (one == other)


class TestConcerns:
    def test_every_clause_in_the_table_exists(self) -> None:
        known = {clause.id for clause in list_clauses()}
        assert {name for concern in CLAUSE_RULES for name in concern.clauses.split()} <= known
        assert FORM_OF_TIMES in known

    @pytest.mark.parametrize(
        ("operation", "difference", "expected"),
        [
            (
                "checkAvailability",
                (Kind.REMOVED, "/return/theSlots[2]/slotsForDay[1]", "x", ""),
                ("AVL-04", "AVL-05"),
            ),
            (
                "checkAvailability",
                (Kind.VALUE, "/return/errorMsg", "Maximum 7 days", "7"),
                ("AVL-02", "AVL-03"),
            ),
            (
                "checkAvailability",
                (Kind.VALUE, "/theSlots/slotsForDay/bestSlot", "true", "false"),
                ("AVL-06", "AVL-07"),
            ),
            (
                "checkAvailability",
                (Kind.VALUE, "/slotsForDay/beginDate", "2021-10-26T08:00:00+01:00", "2021-10-26T07:00:00Z"),
                ("AVL-05", "WIR-02"),
            ),
            (
                "checkAvailability",
                (
                    Kind.VALUE,
                    "/slotsForDay/beginDate",
                    "2021-10-26T08:00:00+01:00",
                    "2021-10-26T09:00:00+01:00",
                ),
                ("AVL-05",),
            ),
            ("getSchedule", (Kind.TYPE, "/startDateAndTime", "2021-10-26T08:00:00Z", "soon"), ("WIR-02",)),
            ("openSession", (Kind.TYPE, "/return/sessionId", "0f", "x"), ("SES-01",)),
            ("openSession", (Kind.RENAMED, "/Body/openSessionResponse", "ns1:a", "ns3:a"), ("WIR-01",)),
            (
                "selectOrder",
                (Kind.RENAMED, "/theOrder/theBookings", "theBookings", "q:theBookings"),
                ("WIR-01",),
            ),
            ("selectOrder", (Kind.VALUE, "/return/errorMsg", "Unable to find order", "none"), ("ORD-06",)),
            ("createOrder", (Kind.REMOVED, "/theOrder/theBookings/tokenId", "x", ""), ("ORD-05",)),
            ("createOrder", (Kind.ADDED, "/theOrder/novelty", "", "x"), ()),
            (
                "foo",
                (Kind.ADDED, "/Fault", "", "Fault 'Unmarshalling Error: unexpected element (uri:\"\"'"),
                ("WIR-08",),
            ),
            (
                "foo",
                (Kind.ADDED, "/Fault", "", "Fault 'Unmarshalling Error: needs to be interned.'"),
                ("WIR-07",),
            ),
            ("foo", (Kind.ADDED, "/Fault", "", "Fault 'Unmarshalling Error: notadate'"), ("WIR-09",)),
            ("deleteOrder", (Kind.VALUE, "/errorMsg", "Invalid session", ""), ("SES-03", "SES-05", "SES-06")),
        ],
    )
    def test_a_difference_concerns_the_clauses_on_its_element(
        self, operation: str, difference: tuple[Kind, str, str, str], expected: tuple[str, ...]
    ) -> None:
        assert find_clauses(operation, Difference(*difference, text="")) == expected
