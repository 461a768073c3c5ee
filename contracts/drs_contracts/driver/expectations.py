"""What a check expects of an answer, and what it needs to begin with."""

from __future__ import annotations

import re

from drs_contracts.driver.messages import Exchange
from drs_contracts.errors import ClauseBroken, ContractsError

_GAP = re.compile(r"\b(None|null)\b|[{}]")


class NeedNotMetError(ContractsError):
    """A check cannot be carried out, because the DRS lacks what it starts from."""


def need(is_there: bool, otherwise: str) -> None:
    """Require what a check starts from; the clause says nothing about it.

    Raises:
        NeedNotMetError: It is not there.
    """
    if not is_there:
        raise NeedNotMetError(otherwise)


def need_success(answer: Exchange) -> None:
    """Require that a call succeeded from whose result a check starts; the clause says nothing about it.

    Raises:
        NeedNotMetError: It was refused or answered with a fault.
    """
    need(answer.succeeded, f"{answer.operation} was refused: {answer.text('errorMsg') or answer.fault}")


def expect(holds: bool, otherwise: str, shown: Exchange | None = None) -> None:
    """Require what a clause says.

    Args:
        holds: Whether it is so.
        otherwise: What was found instead.
        shown: The exchange that shows it, where the reason's words do not lead to it.

    Raises:
        ClauseBroken: It does not hold.
    """
    if not holds:
        raise ClauseBroken(otherwise, shown)


def expect_success(answer: Exchange) -> None:
    """Require that a call succeeded.

    Raises:
        ClauseBroken: It was refused or answered with a fault.
    """
    if not answer.succeeded:
        raise ClauseBroken(f"{answer.operation} was refused: {answer.text('errorMsg') or answer.fault}", answer)


def expect_refusal(answer: Exchange, *named: str) -> None:
    """Require that a call was refused, with an errorMsg without gaps that names all of these, each as a word.

    Raises:
        ClauseBroken: It was not, something is not named, or the text has a placeholder or a program's nothing.
    """
    if not answer.refused:
        raise ClauseBroken(f"{answer.operation} was not refused: {answer.fault or answer.text('status')}", answer)
    told = answer.text("errorMsg") or ""
    for name in named:
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told) is None:
            raise ClauseBroken(f"the errorMsg of {answer.operation} does not name {name}: '{told}'", answer)
    if _GAP.search(told):
        raise ClauseBroken(f"the errorMsg of {answer.operation} has a gap: '{told}'", answer)
