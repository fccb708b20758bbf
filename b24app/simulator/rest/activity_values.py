"""Values that activities are given: moments, reminders, texts in several languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from b24app.simulator.portal_state.clock import SERVER_ZONE

from ..errors import PortalError
from ..php import as_array, is_numeric, to_int, to_text

_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")


def moment_of(value: object) -> datetime | None:
    """Read ISO 8601; without an offset it is the server's time. None when it is nothing such."""
    text = to_text(value)
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SERVER_ZONE)


def demand_moment(value: object) -> datetime:
    """Read ISO 8601 or raise what the portal says about it."""
    moment = moment_of(value)
    if moment is None:
        raise PortalError("WRONG_DATETIME_FORMAT", "Incorrect date format")
    return moment


def minutes_of(values: object) -> list[int] | None:
    """Return reminders in minutes before a deadline; None when one is no number or below 0."""
    given = list(as_array(values).values())
    if not all(is_numeric(value) and to_int(value) >= 0 for value in given):
        return None
    return [to_int(value) for value in given]


def shown_text(value: object, language: str) -> str:
    """Return a text, or of a text in several languages the reader's, English or the first."""
    if not isinstance(value, Mapping):
        return to_text(value)
    texts = {str(key): to_text(text) for key, text in value.items()}
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
