"""The profile of an installation of DRS: its tables, consistent with each other."""

from __future__ import annotations

from typing import Self
from zoneinfo import ZoneInfo

from pydantic import model_validator

from drs_simulator.profile.consistency import find_inconsistencies
from drs_simulator.profile.tables import ProfileTables


class Profile(ProfileTables):
    """An installation of DRS."""

    @property
    def zone(self) -> ZoneInfo:
        """The installation's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def default_trade(self) -> str:
        """The trade of the default job template; empty if no SOR code has a trade."""
        return self.ordering.default_template or next((code.trade for code in self.sor_codes if code.trade), "")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = list(find_inconsistencies(self))
        if problems:
            raise ValueError("\n".join(problems))
        return self
