"""The version of DRS's platform, by its faults; the interface, the time zone and the name of the installation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from drs_simulator.clock import Clock
from drs_simulator.learning.exchanges import SeenExchange, SeenTraffic, text_of
from drs_simulator.learning.notebook import Claims, Notebook
from drs_simulator.learning.refusals import read_time
from drs_simulator.profile.model import Profile
from drs_simulator.profile.tables import GatewaySettings
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.soap.gateway import Gateway
from drs_simulator.soap.platform import PLATFORMS
from drs_simulator.storage.memory import MemoryStore
from drs_simulator.xml import parse_xml

_ZONES = ("Europe/London", "UTC", "Europe/Berlin", "Europe/Athens")
_FAULT = "faultstring"
# Each is tried with every version. Exchanges without a fault hardly tell them apart.
_MAX_FAULTS = 1000
_MAX_TRIED = 200


def learn_platform(traffic: SeenTraffic, base: Profile, notebook: Notebook) -> None:
    """Learn the version that answers every request as DRS did: with that fault, or with none.

    The version of ``base`` stays while it does so too.
    """
    faults = [each for each in traffic.exchanges if each.fault is not None][:_MAX_FAULTS]
    if not faults:
        return
    sound = [each for each in traffic.exchanges if each.fault is None and each.answer is not None]
    asked = [*faults, *sound[:_MAX_TRIED]]
    answers = {name: _make_answer(base, name) for name in PLATFORMS}
    wrong = {name: [each for each in asked if answer(each) != each.fault] for name, answer in answers.items()}
    fitting = [name for name, exchanges in wrong.items() if not exchanges]
    known = base.gateway.platform
    if not fitting:
        closest = min(wrong, key=lambda name: len(wrong[name]))
        told = ", ".join(each.name for each in wrong[closest][:3])
        notebook.remarks.append(f"no version of the platform explains all faults; {closest} explains all but {told}")
        return
    if len(fitting) == len(PLATFORMS):
        return
    telling = [each.name for each in faults if any(each in exchanges for exchanges in wrong.values())]
    remark = f"{' and '.join(fitting)} answer alike" if len(fitting) > 1 else ""
    seen = telling or [each.name for each in faults]
    notebook.add("gateway.platform", known if known in fitting else fitting[0], seen, remark)


def _make_answer(base: Profile, platform: str) -> Callable[[SeenExchange], str | None]:
    settings = GatewaySettings.model_validate({**base.gateway.model_dump(), "platform": platform})
    profile = base.model_copy(update={"gateway": settings})
    gateway = Gateway(Scheduler(profile, Clock(), Random(0), MemoryStore(), Credentials("", "")))  # noqa: S311 - no secret

    def answer(exchange: SeenExchange) -> str | None:
        response = parse_xml(gateway.answer(exchange.request, exchange.charset or "utf-8").body)
        found = response.find(f".//{_FAULT}")
        return None if found is None else (found.text or "").strip()

    return answer


def learn_interface(traffic: SeenTraffic, notebook: Notebook) -> None:
    """Learn whether SOR codes in answers have the members that the published interface lacks."""
    claims: Claims[str] = Claims()
    for exchange in traffic.exchanges:
        if exchange.is_success:
            for code in exchange.answered("theBookingCodes"):
                observed = code.find("originalQuantity") is not None
                claims.add("observed" if observed else "published", exchange.name)
    notebook.settle("gateway.interface", claims)


def learn_time_zone(traffic: SeenTraffic, base: Profile, notebook: Notebook) -> None:
    """Learn the zone whose offsets the days of answers have; that of ``base`` comes first."""
    days = [
        (moment, exchange.name)
        for exchange in traffic.of("checkAvailability")
        for element in exchange.answered("theSlots")
        if (moment := read_time(text_of(element, "day"))) is not None and moment.tzinfo is not None
    ]
    if not days:
        return
    for name in (base.timezone, *_ZONES):
        zone = ZoneInfo(name)
        if all(moment.utcoffset() == moment.replace(tzinfo=zone).utcoffset() for moment, _ in days):
            offsets = sorted({f"{_write_offset(moment)}" for moment, _ in days})
            notebook.add("timezone", name, [exchange for _, exchange in days], f"offsets: {', '.join(offsets)}")
            return
    notebook.remarks.append(
        f"timezone: the days of {days[0][1]} are of no zone of {', '.join(_ZONES)}; set it yourself"
    )


def learn_instance(traffic: SeenTraffic, notebook: Notebook) -> None:
    """Learn the name in the gateway's path."""
    if traffic.instance:
        notebook.add("instance", traffic.instance, [each.name for each in traffic.exchanges])


def _write_offset(moment: datetime) -> str:
    return "Z" if not moment.utcoffset() else moment.isoformat()[-len("+01:00") :]
