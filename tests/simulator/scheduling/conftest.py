"""A desk of one's own for every test."""

from __future__ import annotations

import pytest

from tests.simulator.scheduling.builders import Desk


@pytest.fixture
def desk() -> Desk:
    """A desk at Lincoln, at the moment of Appendix B."""
    return Desk()
