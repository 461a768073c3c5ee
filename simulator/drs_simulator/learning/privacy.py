"""What must not reach a profile: secrets and personal data."""

from __future__ import annotations

import re
from collections.abc import Collection

from lxml import etree

_MIN_LENGTH = 3
_MAX_LENGTH = 60
_REDACTED = "…"
# Addresses of mail, telephone numbers, post codes, long numbers, and ids of sessions and tokens.
_FORMS = re.compile(
    r"[\w.+-]+@[\w-]+|(?:\+44|\b0)[\d ()]{8,}\d|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\d{5,}|\b[0-9A-Za-z]{32,}\b",
    re.IGNORECASE,
)


def reveals_something(text: str, sent: etree._Element | None, plain: Collection[str] = ()) -> bool:
    """Whether a text has something of a request, or what has the form of a secret or of personal data.

    Args:
        text: The text.
        sent: The request's members.
        plain: Words that tell nothing, such as the names of members; in lower case for any case.
    """
    if _FORMS.search(text) or _REDACTED in text:
        return True
    for element in () if sent is None else sent.iter():
        value = (element.text or "").strip()
        if len(value) < _MIN_LENGTH or value in plain or value.casefold() in plain or len(element):
            continue
        if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE):
            return True
    return False


def is_plain_term(text: str) -> bool:
    """Whether a text can be a term of an installation, as ``Housing Repair`` is: short, without personal forms."""
    return len(text) <= _MAX_LENGTH and not _FORMS.search(text)
