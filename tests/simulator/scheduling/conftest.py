"""A desk for every test."""

from __future__ import annotations

import pytest

from tests.simulator.scheduling.builders import Desk


@pytest.fixture
def desk() -> Desk:
    """A desk at Lincoln, at the time of Appendix B."""
    return Desk()
