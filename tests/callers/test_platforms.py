"""Services in use work on every version of the platform that a profile can name, in the same way."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from drs_simulator import Simulator, load_profile
from drs_simulator.soap.platform import PlatformName

from tests.callers import test_newark, test_ons
from tests.callers.service import booked_window, never_closed, observe
from tests.simulator.scheduling.builders import changed

platforms = pytest.mark.parametrize("platform", get_args(PlatformName))


@platforms
def test_dot_net(tmp_path: Path, platform: str) -> None:
    profile = changed(load_profile("newark"), gateway={"platform": platform})
    with Simulator(profile, clock="fixed@2023-07-06T09:00", seed=1) as drs:
        service = test_newark.newark(drs)
        found = service.search(test_newark.PLUMBER, test_newark.HOME, test_newark.is_offered)
        assert booked_window(drs, test_newark.book(service, "SM-1", found[0])) == "2023-07-07 08:00-12:00"
        assert observe(drs, tmp_path) == never_closed(2)


@platforms
def test_java(tmp_path: Path, platform: str) -> None:
    profile = changed(test_ons.CENSUS, gateway={"platform": platform})
    with Simulator(profile, clock="fixed@2016-05-24T13:53:38", seed=1) as drs:
        service = test_ons.Census(drs)
        service.create()
        service.update("Household upload : resident has a dog")
        assert service.cancel() == 1
        assert observe(drs, tmp_path) == {}
