"""What the tests of the journal start from."""

from __future__ import annotations

import pytest

from tests.simulator.soap.wire import Caller


@pytest.fixture
def drs() -> Caller:
    return Caller()
