"""What checks expect of an answer as a whole: that it succeeded, or was refused for the reason that is meant."""

from __future__ import annotations

import re

from drs_contracts.driver.messages import Exchange
from drs_contracts.errors import ClauseBroken


def expect(holds: bool, otherwise: str) -> None:
    """What a check expects.

    Raises:
        ClauseBroken: It does not hold.
    """
    if not holds:
        raise ClauseBroken(otherwise)


def expect_success(answer: Exchange) -> None:
    """The call succeeded.

    Raises:
        ClauseBroken: It was refused or answered with a fault.
    """
    expect(answer.succeeded, f"{answer.operation} was refused: {answer.text('errorMsg') or answer.fault}")


def expect_refusal(answer: Exchange, *named: str) -> None:
    """The call was refused, and the errorMsg names all of these, each as a word.

    Raises:
        ClauseBroken: It was not, or something is not named.
    """
    expect(answer.refused, f"{answer.operation} was not refused: {answer.fault or answer.text('status')}")
    told = answer.text("errorMsg") or ""
    for name in named:
        expect(
            re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told) is not None,
            f"the errorMsg of {answer.operation} does not name {name}: '{told}'",
        )
