"""Bitrix24's numbers and codes of CRM object types. Pure.

https://apidocs.bitrix24.com, crm/data-types, "object types". Which smart processes exist is asked
of the portal (`crm.owner_types`), never computed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

FIRST_SMART_PROCESS = 128

CODES: Mapping[int, tuple[str, str]] = {
    1: ("LEAD", "L"),
    2: ("DEAL", "D"),
    3: ("CONTACT", "C"),
    4: ("COMPANY", "CO"),
    7: ("QUOTE", "Q"),
    14: ("ORDER", "O"),
    31: ("SMART_INVOICE", "SI"),
}
"""entityTypeId -> (code, short code) of the types that have a card with tabs."""

SMART_PROCESS = re.compile(r"DYNAMIC_([1-9]\d{2,8})\Z")


def code_of(entity_type_id: int) -> str:
    """Return `DEAL` for 2, `DYNAMIC_177` for 177. Raises ValueError for a type without cards."""
    if entity_type_id in CODES:
        return CODES[entity_type_id][0]
    if entity_type_id >= FIRST_SMART_PROCESS:
        return f"DYNAMIC_{entity_type_id}"
    raise ValueError(f"no card of type {entity_type_id} has tabs")


def entity_type_id_of(code: str) -> int | None:
    """Return 2 for `DEAL`, 177 for `DYNAMIC_177`, else None."""
    for number, (name, _) in CODES.items():
        if name == code:
            return number
    found = SMART_PROCESS.match(code)
    if found is None or int(found[1]) < FIRST_SMART_PROCESS:
        return None
    return int(found[1])


def short_code_of(entity_type_id: int) -> str:
    """Return the `ownerType`: `D` for 2, `Tb1` for 177. Raises ValueError like `code_of`."""
    if entity_type_id in CODES:
        return CODES[entity_type_id][1]
    code_of(entity_type_id)
    return f"T{entity_type_id:x}"
