"""Residents and properties that do not exist, from a seeded Faker: a number always gives the same one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from faker import Faker

_CENTRE = 52.5, -1.5
_RADIUS = 1.5


@dataclass(frozen=True, slots=True)
class FakeResident:
    """A tenant, or a user of a housing system."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class FakeProperty:
    """A property. Its fields are those of a profile's ``locations``: ``dataclasses.asdict`` gives an entry of them."""

    id: str
    address1: str
    address3: str
    post_code: str
    latitude: str
    longitude: str


def fake_resident(number: int) -> FakeResident:
    """Return the resident with that number."""
    faker = _seeded(number)
    # Faker's British phone numbers and its safe email addresses are reserved for fiction.
    return FakeResident(faker.name(), faker.phone_number(), faker.safe_email())


def fake_property(number: int) -> FakeProperty:
    """Return the property with that number; different numbers give different ids."""
    faker = _seeded(number)
    latitude, longitude = (faker.coordinate(center=centre, radius=_RADIUS) for centre in _CENTRE)
    return FakeProperty(
        id=f"9{number:07d}",
        address1=faker.street_address().replace("\n", " ").upper(),
        address3=faker.city().upper(),
        post_code=faker.postcode(),
        latitude=f"{latitude:.6f}",
        longitude=f"{longitude:.6f}",
    )


def _seeded(number: int) -> Faker:
    faker = _faker()
    faker.seed_instance(number)
    return faker


@cache
def _faker() -> Faker:
    return Faker("en_GB")
