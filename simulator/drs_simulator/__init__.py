"""A simulator of DRS, the Dynamic Resource Scheduler.

::

    from drs_simulator import Simulator

    with Simulator(profile="lincoln") as drs:
        print(drs.url, drs.login, drs.password)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drs_simulator.admin.client import AdminClient as AdminClient
    from drs_simulator.admin.client import AdminClock as AdminClock
    from drs_simulator.admin.client import AdminError as AdminError
    from drs_simulator.admin.client import AdminFaults as AdminFaults
    from drs_simulator.admin.client import AdminJournal as AdminJournal
    from drs_simulator.admin.client import AdminUnreachableError as AdminUnreachableError
    from drs_simulator.admin.client import ConflictError as ConflictError
    from drs_simulator.admin.client import InvalidRequestError as InvalidRequestError
    from drs_simulator.admin.client import NotFoundError as NotFoundError
    from drs_simulator.admin.client import UnauthorizedError as UnauthorizedError
    from drs_simulator.admin.planner import Planner as Planner
    from drs_simulator.admin.resources.bookings import BookingView as BookingView
    from drs_simulator.callbacks.http_post import ReceiverUrlError as ReceiverUrlError
    from drs_simulator.clock import Clock as Clock
    from drs_simulator.clock import ClockError as ClockError
    from drs_simulator.errors import UnusableError as UnusableError
    from drs_simulator.exchange import Outcome as Outcome
    from drs_simulator.faults import effects as effects
    from drs_simulator.faults.competitor import COMPETITOR as COMPETITOR
    from drs_simulator.faults.plan import FaultPlan as FaultPlan
    from drs_simulator.faults.rules import FaultFileError as FaultFileError
    from drs_simulator.faults.rules import FaultRule as FaultRule
    from drs_simulator.faults.rules import load_faults as load_faults
    from drs_simulator.housing_files.format import parse_housing_file as parse_housing_file
    from drs_simulator.housing_files.records import HousingFile as HousingFile
    from drs_simulator.housing_files.records import HousingFileError as HousingFileError
    from drs_simulator.housing_files.watcher import FolderWatcher as FolderWatcher
    from drs_simulator.http.servers.address import HostError as HostError
    from drs_simulator.http.servers.address import PortTakenError as PortTakenError
    from drs_simulator.http.servers.threaded_server import ThreadedServer as ThreadedServer
    from drs_simulator.journal.entry import JournalEntry as JournalEntry
    from drs_simulator.journal.journal import Journal as Journal
    from drs_simulator.profile.loading import ProfileError as ProfileError
    from drs_simulator.profile.loading import load_profile as load_profile
    from drs_simulator.profile.loading import profile_names as profile_names
    from drs_simulator.profile.model import Profile as Profile
    from drs_simulator.profile.variants import Guess as Guess
    from drs_simulator.profile.variants import UnknownVariantError as UnknownVariantError
    from drs_simulator.profile.variants import Variant as Variant
    from drs_simulator.profile.variants import apply_variants as apply_variants
    from drs_simulator.profile.variants import choose_variants as choose_variants
    from drs_simulator.profile.variants import find_variants as find_variants
    from drs_simulator.profile.variants import load_guesses as load_guesses
    from drs_simulator.replay.http_archive import Archive as Archive
    from drs_simulator.replay.http_archive import ArchivedCall as ArchivedCall
    from drs_simulator.replay.http_archive import ArchiveError as ArchiveError
    from drs_simulator.replay.http_archive import read_archive as read_archive
    from drs_simulator.replay.recording import RecordedExchange as RecordedExchange
    from drs_simulator.replay.recording import Recording as Recording
    from drs_simulator.replay.recording import RecordingError as RecordingError
    from drs_simulator.replay.recording import load_recording as load_recording
    from drs_simulator.scenarios.scenario import Expectations as Expectations
    from drs_simulator.scenarios.scenario import Scenario as Scenario
    from drs_simulator.scenarios.scenario import ScenarioError as ScenarioError
    from drs_simulator.scenarios.scenario import load_scenario as load_scenario
    from drs_simulator.scenarios.scenario import scenario_names as scenario_names
    from drs_simulator.scheduling.snapshot import SnapshotError as SnapshotError
    from drs_simulator.simulator import AlreadyServingError as AlreadyServingError
    from drs_simulator.simulator import DefaultPasswordError as DefaultPasswordError
    from drs_simulator.simulator import NoClientError as NoClientError
    from drs_simulator.simulator import NotServingError as NotServingError
    from drs_simulator.simulator import Simulator as Simulator
    from drs_simulator.storage.errors import StateError as StateError
    from drs_simulator.storage.export import StateDocument as StateDocument

    __version__: str

# Each name is imported when it is first used: spyne, pydantic and requests take most of a second together, and neither
# a command that only prints its version nor a test suite that uses none of them should wait for that.
_MODULES = {
    "AdminClient": "admin.client",
    "AdminClock": "admin.client",
    "AdminError": "admin.client",
    "AdminFaults": "admin.client",
    "AdminJournal": "admin.client",
    "AdminUnreachableError": "admin.client",
    "AlreadyServingError": "simulator",
    "BookingView": "admin.resources.bookings",
    "COMPETITOR": "faults.competitor",
    "Archive": "replay.http_archive",
    "ArchiveError": "replay.http_archive",
    "ArchivedCall": "replay.http_archive",
    "Clock": "clock",
    "ClockError": "clock",
    "ConflictError": "admin.client",
    "DefaultPasswordError": "simulator",
    "Expectations": "scenarios.scenario",
    "FaultFileError": "faults.rules",
    "FaultPlan": "faults.plan",
    "FaultRule": "faults.rules",
    "FolderWatcher": "housing_files.watcher",
    "Guess": "profile.variants",
    "HostError": "http.servers.address",
    "HousingFile": "housing_files.records",
    "HousingFileError": "housing_files.records",
    "InvalidRequestError": "admin.client",
    "Journal": "journal.journal",
    "JournalEntry": "journal.entry",
    "NotFoundError": "admin.client",
    "NoClientError": "simulator",
    "NotServingError": "simulator",
    "Outcome": "exchange",
    "Planner": "admin.planner",
    "PortTakenError": "http.servers.address",
    "Profile": "profile.model",
    "ProfileError": "profile.loading",
    "ReceiverUrlError": "callbacks.http_post",
    "RecordedExchange": "replay.recording",
    "Recording": "replay.recording",
    "RecordingError": "replay.recording",
    "Scenario": "scenarios.scenario",
    "ScenarioError": "scenarios.scenario",
    "Simulator": "simulator",
    "SnapshotError": "scheduling.snapshot",
    "StateDocument": "storage.export",
    "StateError": "storage.errors",
    "ThreadedServer": "http.servers.threaded_server",
    "UnauthorizedError": "admin.client",
    "UnknownVariantError": "profile.variants",
    "UnusableError": "errors",
    "Variant": "profile.variants",
    "apply_variants": "profile.variants",
    "choose_variants": "profile.variants",
    "effects": "faults",
    "find_variants": "profile.variants",
    "load_faults": "faults.rules",
    "load_guesses": "profile.variants",
    "load_profile": "profile.loading",
    "load_recording": "replay.recording",
    "load_scenario": "scenarios.scenario",
    "parse_housing_file": "housing_files.format",
    "profile_names": "profile.loading",
    "read_archive": "replay.http_archive",
    "scenario_names": "scenarios.scenario",
}

__all__ = sorted(_MODULES)  # noqa: PLE0605 - from the table above, which a test compares with the imports


def __getattr__(name: str) -> object:
    if name == "__version__":
        return import_module("drs_simulator.version").installed_version()
    if name == "effects":
        return import_module("drs_simulator.faults.effects")
    if name in _MODULES:
        return getattr(import_module(f"drs_simulator.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
