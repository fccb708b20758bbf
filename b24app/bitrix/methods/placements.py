"""Tabs of CRM cards and the places beside them: placement codes and placement.*.

https://apidocs.bitrix24.com, section widgets. The type of the open card is only in the placement's
code, never in its options.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app.bitrix.command import Command
from b24app.bitrix.methods import object_types
from b24app.bitrix.methods.method import Method
from b24app.bitrix.methods.outcomes import done
from b24app.bitrix.wire.decoding import Record, entries, record, rows, unexpected, whole
from b24app.errors import AlreadyBoundError

PREFIX, TAB = "CRM_", "_DETAIL_TAB"
BESIDE_TABS = ("_DETAIL_TOOLBAR", "_LIST_MENU")
"""Ends of the codes that open a card's payments in a panel: its toolbar, its row in a list."""

APP_URI = "REST_APP_URI"
"""The place of links to the application. It takes one handler of an application only."""


@dataclass(frozen=True, slots=True)
class BoundPlacement:
    """Our binding on the portal. `titles` maps language to title."""

    placement: str
    handler: str
    title: str
    titles: Mapping[str, str]


def placement_of(entity_type_id: int) -> str:
    """Return `CRM_DEAL_DETAIL_TAB` for 2. Raises ValueError for a type without cards."""
    return f"{PREFIX}{object_types.code_of(entity_type_id)}{TAB}"


def entity_type_id_of(placement: str) -> int | None:
    """Return 177 for `CRM_DYNAMIC_177_DETAIL_TAB`; None for `DEFAULT` and everything else."""
    return _type_in(placement, TAB)


def type_beside_tab(placement: str) -> int | None:
    """Return 2 for `CRM_DEAL_LIST_MENU` and `CRM_DEAL_DETAIL_TOOLBAR`; None for everything else."""
    found = (_type_in(placement, end) for end in BESIDE_TABS)
    return next((number for number in found if number is not None), None)


def _type_in(placement: str, end: str) -> int | None:
    if not (placement.startswith(PREFIX) and placement.endswith(end)):
        return None
    return object_types.entity_type_id_of(placement[len(PREFIX) : -len(end)])


BIND_PLACEMENT = Method(
    name="placement.bind",
    scope="placement",
    page="placement-bind",
    is_write=True,
    is_repeatable=True,
    codes={"ERROR_CORE": AlreadyBoundError, "ERROR_PLACEMENT_MAX_COUNT": AlreadyBoundError},
)


def bind_placement(
    placement: str, handler: str, title: str, titles: Mapping[str, str] | None = None
) -> Command[bool]:
    """Show our tab or item. `handler` is an https URL, `titles` maps language to title. Writes.

    Bound already: AlreadyBoundError; compare with `get_placements`. A place that takes one handler
    says the same of an old address. A new title
    needs an unbind before (rest-contract e.20). Titles an administrator typed are free text: they
    do not travel in a batch if they hold `$result[` and the like.
    """
    params: dict[str, object] = {"PLACEMENT": placement, "HANDLER": handler, "TITLE": title}
    if titles:
        params["LANG_ALL"] = {language: {"TITLE": text} for language, text in titles.items()}
    return BIND_PLACEMENT.command(params, done(BIND_PLACEMENT.name))


GET_PLACEMENTS = Method(name="placement.get", scope="placement", page="placement-get")


def get_placements() -> Command[tuple[BoundPlacement, ...]]:
    """List the bindings of this application. For administrators."""
    return GET_PLACEMENTS.command({}, lambda value: rows(GET_PLACEMENTS.name, value, _bound))


LIST_PLACEMENTS = Method(name="placement.list", scope="placement", page="placement-list")


def list_placements() -> Command[frozenset[str]]:
    """List the codes that this portal offers to an application."""
    return LIST_PLACEMENTS.command({}, lambda value: _codes(LIST_PLACEMENTS.name, value))


UNBIND_PLACEMENT = Method(
    name="placement.unbind",
    scope="placement",
    page="placement-unbind",
    is_write=True,
    is_repeatable=True,
)


def unbind_placement(placement: str, handler: str | None = None) -> Command[int]:
    """Remove bindings; answers the portal's count: 2 for each, 0 for none (quirk 55). Writes."""
    params = {"PLACEMENT": placement}
    if handler is not None:
        params["HANDLER"] = handler
    return UNBIND_PLACEMENT.command(params, lambda value: count(UNBIND_PLACEMENT.name, value))


def count(method: str, value: object) -> int:
    """Read `{count}` of an unbind."""
    number = whole(record(method, value).get("count"))
    if number is None:
        raise unexpected(method, "no count")
    return number


def _codes(method: str, value: object) -> frozenset[str]:
    return frozenset(str(code) for code in entries(method, value))


def _bound(row: Record) -> BoundPlacement:
    return BoundPlacement(
        placement=row.text("placement"),
        handler=row.exact("handler"),
        title=row.text("title"),
        titles=_titles(row.get("langAll")),
    )


def _titles(value: object) -> dict[str, str]:
    # An empty map comes as a list (quirk 10).
    if not isinstance(value, Mapping):
        return {}
    texts = {
        str(language): entry.get("TITLE")
        for language, entry in value.items()
        if isinstance(entry, Mapping)
    }
    return {language: text for language, text in texts.items() if isinstance(text, str)}
