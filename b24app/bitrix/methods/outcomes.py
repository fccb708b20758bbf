"""Decoders of write answers: only the documented success is success (quirk 1). Pure."""

from __future__ import annotations

from collections.abc import Callable

from b24app.bitrix.wire.decoding import refuse_false, unexpected, whole
from b24app.domain import MAX_ID


def done(method: str) -> Callable[[object], bool]:
    """Decode `true`. `false` and `null` raise RightsRefusedError with the code "refused"."""

    def decode(value: object) -> bool:
        refuse_false(method, value)
        if value is not True:
            raise unexpected(method, "not true")
        return True

    return decode


def new_id(method: str) -> Callable[[object], int]:
    """Decode the id of what was made. `false` and `null` raise RightsRefusedError."""

    def decode(value: object) -> int:
        refuse_false(method, value)
        number = whole(value)
        if number is None or not 0 < number <= MAX_ID:
            raise unexpected(method, "not an id")
        return number

    return decode
