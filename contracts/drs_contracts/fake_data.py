"""People and places that do not exist, made by a seeded Faker: the same number is always the same person or place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from faker import Faker

_CENTRE = 52.5, -1.5
_RADIUS = 1.5


@dataclass(frozen=True, slots=True)
class Person:
    """A tenant, or a user of a housing system."""

    name: str
    phone: str
    mail: str


@dataclass(frozen=True, slots=True)
class Place:
    """A property. The names are those of a profile's ``locations``: ``dataclasses.asdict`` gives an entry of them."""

    id: str
    address1: str
    address3: str
    post_code: str
    latitude: str
    longitude: str


def person(number: int) -> Person:
    """The person of that number."""
    faker = _seeded(number)
    # Faker's British numbers and its safe addresses are kept free for fiction.
    return Person(faker.name(), faker.phone_number(), faker.safe_email())


def place(number: int) -> Place:
    """The place of that number; two numbers are two ids."""
    faker = _seeded(number)
    latitude, longitude = (faker.coordinate(center=centre, radius=_RADIUS) for centre in _CENTRE)
    return Place(
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
