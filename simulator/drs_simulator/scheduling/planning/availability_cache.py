"""What was found out about days and periods of late, and is true as long as nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from drs_simulator.scheduling.model import Availability, BestSlots, DaySlots
from drs_simulator.scheduling.planning.slots import Offer, Work

_PAGES_REMEMBERED = 8192
_ANSWERS_REMEMBERED = 4096
_QUESTIONS_REMEMBERED = 4096
Seen = tuple[object, ...]
"""All that a day's offers follow from, besides the work and the profile."""


@dataclass(slots=True)
class Page:
    """What a day offers to a work, good as long as the same is seen; and the slots that were made of it."""

    seen: Seen
    offers: tuple[Offer, ...]
    slots: dict[BestSlots, DaySlots] = field(default_factory=dict)
    first_begin: datetime | None = field(init=False)
    """When the first slot begins, on a day that has any."""

    def __post_init__(self) -> None:
        self.first_begin = min((offer.begin for offer in self.offers), default=None)

    def begins_before(self, instant: datetime) -> bool:
        """Whether some slot begins before ``instant``."""
        return self.first_begin is not None and self.first_begin < instant


class Period(NamedTuple):
    """The days from ``first`` to ``last`` that are to be shown, and the warning to go with them."""

    work: Work
    first: date
    last: date
    best: BestSlots
    warning: str | None


class Question(NamedTuple):
    """What a request comes down to: a period, and when it begins on its first day."""

    period: Period
    begin: datetime


class Memory:
    """Remembers within bounds. Safe under threads: who finds nothing works it out, and all come to the same.

    A version is that of the state (see ``Transaction.version``); where nobody counts, only pages are remembered.
    """

    def __init__(self) -> None:
        self._pages: dict[Work, dict[date, Page]] = {}
        self._page_count = 0
        self._answers: dict[Period, tuple[int, datetime | None, Availability]] = {}
        self._questions: dict[Hashable, tuple[int, Question]] = {}

    def pages_of(self, work: Work) -> dict[date, Page]:
        """The pages of a work, by their days."""
        return self._pages.setdefault(work, {})

    def page(self, of_work: dict[date, Page], day: date, seen: Seen, offers: Callable[[], tuple[Offer, ...]]) -> Page:
        """The page of that day; made anew if something that it follows from has changed.

        What is seen compares quickly where it is the same object, as it is in memory.
        """
        page = of_work.get(day)
        if page is not None and page.seen == seen:
            return page
        if self._page_count >= _PAGES_REMEMBERED:
            self._pages.clear()
            self._page_count = 0
        self._page_count += page is None
        made = of_work[day] = Page(seen, offers())
        return made

    def question(self, key: Hashable, version: int | None) -> Question | None:
        """What such a request came down to before. ``key`` has all of it that matters."""
        known = self._questions.get(key)
        return known[1] if known is not None and known[0] == version else None

    def keep_question(self, key: Hashable, version: int | None, question: Question) -> None:
        """Remember what such a request comes down to."""
        if version is not None:
            if len(self._questions) >= _QUESTIONS_REMEMBERED:
                self._questions.clear()
            self._questions[key] = (version, question)

    def answer(self, period: Period, version: int | None, earliest: datetime) -> Availability | None:
        """What was answered before, if it still holds where slots begin no sooner than ``earliest``."""
        known = self._answers.get(period)
        if known is None or known[0] != version:
            return None
        return known[2] if known[1] is None or known[1] >= earliest else None

    def keep_answer(
        self, period: Period, version: int | None, first_begin: datetime | None, answer: Availability
    ) -> None:
        """Remember an answer in which no slot began too soon; the first one begins at ``first_begin``."""
        if version is not None:
            if len(self._answers) >= _ANSWERS_REMEMBERED:
                self._answers.clear()
            self._answers[period] = (version, first_begin, answer)
