"""What of DRS is a guess, and the plausible alternatives: ``variants.toml``, as values of a profile's settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import Field

from drs_simulator.errors import UnusableError
from drs_simulator.profile.model import Profile
from drs_simulator.profile.values import Settings, Text
from drs_simulator.toml_files import merge_tables, read_toml

_FILE = files("drs_simulator").joinpath("profile", "variants.toml")
_LEARNT = "seen: recording"


class UnknownVariantError(UnusableError):
    """No variant has that id."""


class Alternative(Settings):
    """Another value of a setting, and why it is plausible. A value that is a text has a name."""

    value: bool | int | float | str
    why: Text
    name: str = ""


class Guess(Settings):
    """A setting whose value is a guess.

    Args:
        setting: Its key in a profile.
        clauses: What is guessed, by the ids of clauses, where there are any.
        ask: What to ask the vendor or the council.
        sent: What a request must have for the guess to matter: elements, or ``element=value``, all in one request; any
            line will do. Empty for a text, which matters where DRS answers with it.
        hides: Settings that matter less while an alternative of this one is in force.
        alternatives: Other values.
    """

    setting: Text
    clauses: tuple[Text, ...] = ()
    ask: Text
    sent: tuple[Text, ...] = ()
    hides: tuple[Text, ...] = ()
    alternatives: Annotated[tuple[Alternative, ...], Field(min_length=1)]

    def read(self, profile: Profile) -> object:
        """Return the value that the setting has in a profile."""
        table, _, key = self.setting.partition(".")
        return getattr(getattr(profile, table), key)


@dataclass(frozen=True, slots=True)
class Variant:
    """A guess and one of its alternatives."""

    guess: Guess
    alternative: Alternative

    @property
    def id(self) -> str:
        """The setting and its value, or the name of the value: ``ordering.comments_limit=4000``."""
        value = self.alternative.value
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        return f"{self.guess.setting}={self.alternative.name or shown}"

    @property
    def setting(self) -> str:
        """The key of the setting."""
        return self.guess.setting

    def excludes(self, other: Variant) -> bool:
        """Whether the two cannot be tried at once: the same setting, or one hides the other."""
        return self.setting == other.setting or other.setting in self.guess.hides or self.setting in other.guess.hides


class WithoutAlternative(Settings):
    """Clauses that are presumed and have no alternative that a caller could notice, and why."""

    clauses: Annotated[tuple[Text, ...], Field(min_length=1)]
    why: Text


class _Registry(Settings):
    """The file."""

    guesses: tuple[Guess, ...]
    without_alternative: tuple[WithoutAlternative, ...] = ()


def load_guesses() -> tuple[Guess, ...]:
    """Load all guesses, in the order of the file."""
    return _read_registry().guesses


def load_without_alternative() -> tuple[WithoutAlternative, ...]:
    """Load what is presumed and has no alternative."""
    return _read_registry().without_alternative


@cache
def _read_registry() -> _Registry:
    return _Registry.model_validate(read_toml(_FILE))


def find_variants(profile: Profile) -> tuple[Variant, ...]:
    """Find the variants of a profile: alternatives that differ from it, for settings that no recording has shown."""
    return tuple(
        Variant(guess, alternative)
        for guess in load_guesses()
        if not profile.evidence.get(guess.setting, "").startswith(_LEARNT)
        for alternative in guess.alternatives
        if alternative.value != guess.read(profile)
    )


def choose_variants(profile: Profile, ids: Iterable[str]) -> tuple[Variant, ...]:
    """Choose variants of a profile by their ids; a setting's key stands for all of its variants.

    Raises:
        UnknownVariantError: The profile has no such variant.
    """
    known, chosen = find_variants(profile), []
    for wanted in ids:
        found = [variant for variant in known if wanted in (variant.id, variant.setting)]
        if not found:
            raise UnknownVariantError(
                f"Profile {profile.name} has no variant {wanted}. drs-simulator profile variants {profile.name} lists "
                "them."
            )
        chosen += [variant for variant in found if variant not in chosen]
    return tuple(chosen)


def apply_variants(profile: Profile, variants: Iterable[Variant]) -> Profile:
    """Make the profile with these variants in place of its own values.

    Raises:
        ValidationError: The profile cannot have such a value.
    """
    changes: dict[str, Any] = {}
    for variant in variants:
        table, _, key = variant.setting.partition(".")
        changes.setdefault(table, {})[key] = variant.alternative.value
    return Profile.model_validate(merge_tables(profile.model_dump(), changes)) if changes else profile
