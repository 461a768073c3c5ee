"""A simulator of one's own for every test."""

from __future__ import annotations

import pytest

from tests.simulator.soap.wire import Caller


@pytest.fixture
def drs() -> Caller:
    """Lincoln's DRS, at the moment of Appendix B."""
    return Caller()
