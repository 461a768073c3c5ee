"""The registry of guesses: it covers what is presumed of DRS, and each variant changes what a caller gets."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from drs_contracts import AppliesTo, Clause, Outcome, TestData, VerifySettings, list_clauses, run_clauses
from drs_contracts.clauses.clause import Grade
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.messages import Reply, request
from drs_contracts.driver.targets import SimulatorTarget
from drs_simulator import (
    Profile,
    Simulator,
    UnknownVariantError,
    Variant,
    apply_variants,
    choose_variants,
    find_variants,
    load_guesses,
    load_profile,
    profile_names,
)
from drs_simulator.profile.variants import load_without_alternative

CLAUSES = {clause.id: clause for clause in list_clauses(AppliesTo.DRS)}
PRESUMED = sorted(each.id for each in CLAUSES.values() if each.evidence.grade is Grade.PRESUMED)
LINCOLN = load_profile("lincoln")
VARIANTS = find_variants(LINCOLN)
QUICK = VerifySettings(examples=12)
# The alternatives of these change the words of a refusal, or what lies outside the check of the clause.
KEPT_BY_ALL = {"SCH-12", "SCH-22", "SEL-01"}
WITHOUT_ALTERNATIVE = {clause for each in load_without_alternative() for clause in each.clauses}
# Where the registry names no clause, the calls of these show the variant.
SHOWN_BY = {
    "ordering.unknown_locations": ("REC-06",),
    "gateway.strict": ("AVL-14", "WIR-16", "WIR-20"),
    "gateway.platform": ("WIR-05", "WIR-08", "WIR-11", "WIR-13", "WIR-14", "WIR-17", "WIR-18", "WIR-21", "WIR-22"),
}


def call_without_a_request(drs: DrsDriver) -> None:
    whole = request("selectOrder", {"sessionId": drs.session})
    drs.post("selectOrder", re.sub(rb"<selectOrder>.*</selectOrder>", b"", whole))


def ask_for_the_best_slots_of_two_days(drs: DrsDriver) -> None:
    drs.call("checkAvailability", drs.availability_members(drs.local(3), drs.local(5)) | {"onlyBestSlots": "yes"})


BY_CALL = {
    "gateway.no_request": call_without_a_request,
    "availability.best_slots_yes": ask_for_the_best_slots_of_two_days,
}


class _Recorded(SimulatorTarget):
    """A simulator whose answers are kept."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.replies: list[Reply] = []

    def post(self, body: bytes) -> Reply:
        """Keep the answer."""
        reply = super().post(body)
        self.replies.append(reply)
        return reply


def outcomes(profile: Profile, clauses: Sequence[Clause]) -> tuple[list[Outcome], list[Reply]]:
    """How clauses end for a simulator with that profile, and all of its answers."""
    drs = Simulator(profile, clock="fixed@2021-10-22T12:20:59.555+01:00", seed=0, holds_callbacks=True)
    target = _Recorded(drs)
    findings = list(run_clauses(target, TestData.of(LINCOLN), clauses, QUICK))
    return [finding.outcome for finding in findings], target.replies


def test_every_presumed_clause_is_a_guess_with_alternatives() -> None:
    registered = {clause for guess in load_guesses() for clause in guess.clauses}
    assert set(PRESUMED) <= registered | WITHOUT_ALTERNATIVE
    assert registered.isdisjoint(WITHOUT_ALTERNATIVE)
    assert registered | WITHOUT_ALTERNATIVE <= CLAUSES.keys()


def test_settings_and_variants_are_listed_once() -> None:
    settings = [guess.setting for guess in load_guesses()]
    assert len(set(settings)) == len(settings)
    ids = [variant.id for variant in VARIANTS]
    assert len(set(ids)) == len(ids)
    assert {hidden for guess in load_guesses() for hidden in guess.hides} <= set(settings)


def test_every_assumption_of_a_profile_has_a_guess() -> None:
    known = {guess.setting for guess in load_guesses()}
    assert {f"assumptions.{key}" for key, _ in LINCOLN.assumptions} <= known


@pytest.mark.parametrize("name", profile_names())
def test_every_variant_makes_a_valid_profile(name: str) -> None:
    profile = load_profile(name)
    variants = find_variants(profile)
    assert len(variants) >= 80
    for variant in variants:
        assert variant.guess.read(apply_variants(profile, [variant])) == variant.alternative.value


@pytest.mark.parametrize(
    "variant", [each for each in VARIANTS if each.setting not in BY_CALL], ids=lambda each: each.id
)
def test_a_variant_changes_answers(variant: Variant) -> None:
    clauses = [CLAUSES[each] for each in SHOWN_BY.get(variant.setting) or variant.guess.clauses]
    for clause in clauses:
        _, before = outcomes(LINCOLN, [clause])
        _, after = outcomes(apply_variants(LINCOLN, [variant]), [clause])
        if before != after:
            return
    pytest.fail(f"no answer changes with {variant.id}")


@pytest.mark.parametrize("variant", [each for each in VARIANTS if each.setting in BY_CALL], ids=lambda each: each.id)
def test_a_variant_changes_the_answer_to_a_call(variant: Variant) -> None:
    answers = []
    for profile in (LINCOLN, apply_variants(LINCOLN, [variant])):
        target = _Recorded(Simulator(profile, clock="fixed@2021-10-22T12:20:59.555+01:00", seed=0))
        BY_CALL[variant.setting](DrsDriver(target, TestData.of(profile)))
        answers.append(target.replies[-1].body)
    assert answers[0] != answers[1]


@pytest.mark.parametrize("identifier", sorted(set(PRESUMED) - KEPT_BY_ALL - WITHOUT_ALTERNATIVE))
def test_some_alternative_breaks_a_presumed_clause(identifier: str) -> None:
    tried = [variant for variant in VARIANTS if identifier in variant.guess.clauses]
    found = [outcomes(apply_variants(LINCOLN, [each]), [CLAUSES[identifier]])[0] for each in tried]
    assert any(outcome != [Outcome.HELD] for outcome in found)


def test_variants_are_chosen_by_id_or_by_setting() -> None:
    chosen = choose_variants(LINCOLN, ["ordering.comments_limit=4000", "assumptions.order_named_by"])
    assert [variant.id for variant in chosen] == [
        "ordering.comments_limit=4000",
        "assumptions.order_named_by=number",
        "assumptions.order_named_by=order_id",
    ]


def test_an_unknown_variant_is_named() -> None:
    with pytest.raises(UnknownVariantError, match=r"no variant ordering\.colour\. drs-simulator profile variants"):
        choose_variants(LINCOLN, ["ordering.colour"])


def test_a_setting_that_a_recording_has_shown_is_no_guess() -> None:
    key = "messages.login_refused"
    learnt = LINCOLN.model_copy(update={"evidence": {**LINCOLN.evidence, key: "seen: recording monday, exchange 3"}})
    assert key not in {variant.setting for variant in find_variants(learnt)}


def test_variants_of_one_setting_and_hidden_ones_exclude_each_other() -> None:
    limit, cut, number, words = choose_variants(
        LINCOLN,
        [
            "ordering.comments_limit=4000",
            "assumptions.long_comments",
            "assumptions.order_named_by=number",
            "messages.too_long",
        ],
    )
    assert limit.excludes(cut)
    assert words.excludes(limit)
    assert not number.excludes(words)
