"""All slips."""

from __future__ import annotations

from drs_contracts.defects.slips.exactness import EXACTNESS
from drs_contracts.defects.slips.fields import FIELDS
from drs_contracts.defects.slips.offers import OFFERS
from drs_contracts.defects.slips.places import PLACES
from drs_contracts.defects.slips.sessions import AREAS, SESSIONS, TOGETHER
from drs_contracts.defects.slips.system import Slip
from drs_contracts.defects.slips.wire import WIRE

SLIPS: tuple[Slip, ...] = (*PLACES, *OFFERS, *EXACTNESS, *FIELDS, *WIRE, *SESSIONS, *AREAS, *TOGETHER)
"""The slips by subject."""

NOTICED: tuple[Slip, ...] = tuple(slip for slip in SLIPS if slip.caught_by)
"""Those that a clause is known to notice, which states what they break."""

UNNOTICED: tuple[Slip, ...] = tuple(slip for slip in SLIPS if not slip.caught_by)
"""Those that no clause can notice; each says why."""
