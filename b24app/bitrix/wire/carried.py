"""Answers of a batch as a text, and taken from it again in a later request. Pure: no calls.

They are written as the portal gave them, so that there is one place that decodes them. Numbers are
Decimals there (see `json_text`), and JSON has no form for these that comes back as what it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from b24app.bitrix.wire.answers import BatchAnswer
from b24app.bitrix.wire.portal_api import BatchResult, Handle
from b24app.domain import UNREADABLE

NUMBER = "\0"
"""The key that marks a Decimal. No text of a portal has this character (see `json_text`)."""


def written(result: BatchResult, handles: Sequence[Handle[Any]]) -> str | None:
    """Return the answers to these commands as a text, None where one of them has no result."""
    answer = result.answer
    if not all(handle.key in answer.results for handle in handles):
        return None
    parts = [
        [answer.results[key], answer.totals.get(key), answer.nexts.get(key)]
        for key in (handle.key for handle in handles)
    ]
    return json.dumps(parts, default=_as_object, ensure_ascii=False, separators=(",", ":"))


def read(text: str, handles: Sequence[Handle[Any]]) -> BatchResult:
    """Return what `written` wrote as answers to the same commands.

    Raises ValueError if it is not of as many. It has to come from `written`: nothing is checked.
    """
    parts = json.loads(text, object_hook=_as_number)
    keyed = [(handle.key, *part) for handle, part in zip(handles, parts, strict=True)]
    return BatchResult(
        BatchAnswer(
            results={key: result for key, result, _, _ in keyed},
            totals={key: total for key, _, total, _ in keyed if total is not None},
            nexts={key: following for key, _, _, following in keyed if following is not None},
        )
    )


def _as_object(number: object) -> dict[str, str]:
    if not isinstance(number, Decimal):
        raise TypeError(f"no value of JSON: {type(number).__name__}")
    return {NUMBER: str(number)}


def _as_number(found: dict[str, Any]) -> object:
    if NUMBER not in found:
        return found
    # As a text, what nobody could read is nothing.
    return Decimal(found[NUMBER]) if found[NUMBER] else UNREADABLE
