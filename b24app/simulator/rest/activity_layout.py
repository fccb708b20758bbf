"""The layout of a configurable activity: which parts it has, and what is refused. Contract e.25.

Rows of a part are `name: (kind, is it required)`. A kind is "text" (a string, or one for each
language), "value" (any scalar), a tuple of allowed values, the name of another part, or `Many`
of one of these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..errors import PortalError
from ..php import as_array, to_text


@dataclass(frozen=True)
class Many:
    """A collection of parts or values of one kind."""

    of: str
    at_most: int


Kind = str | tuple[str, ...] | Many
_BLOCKS = ("text", "largeText", "link", "withTitle", "lineOfBlocks", "deadline")
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_OPTIONAL_BUTTON: dict[str, tuple[Kind, bool]] = {
    "scope": ("value", False), "hideIfReadonly": ("value", False),
}  # fmt: skip
_PARTS: dict[str, dict[str, tuple[Kind, bool]]] = {
    "layout": {"icon": ("icon", True), "header": ("header", True), "body": ("body", True),
               "footer": ("footer", False)},
    "icon": {"code": ("value", True)},
    "header": {"title": ("text", True), "titleAction": ("action", False),
               "tags": (Many("tag", 2), False)},
    "tag": {"title": ("text", True), "action": ("action", False),
            "type": (("success", "failure", "warning", "primary", "secondary"), True)},
    "body": {"logo": ("logo", True), "blocks": (Many("block", 20), False)},
    "logo": {"code": ("value", True), "action": ("action", False)},
    "footer": {"buttons": (Many("button", 2), False), "menu": ("menu", False)},
    "button": {"title": ("text", True), "type": (("primary", "secondary"), True),
               "action": ("action", True), **_OPTIONAL_BUTTON},
    "menu": {"showPinItem": ("value", False), "showPostponeItem": ("value", False),
             "showDeleteItem": ("value", False), "items": (Many("item", 10), False)},
    "item": {"title": ("text", True), "action": ("action", True), **_OPTIONAL_BUTTON},
    "action": {"type": (("redirect", "restEvent", "openRestApp"), True), "uri": ("value", False),
               "id": ("value", False), "animationType": (("loader", "disable"), False),
               "actionParams": (Many("value", 20), False), "sliderParams": ("slider", False)},
    "slider": {"width": ("value", False), "leftBoundary": ("value", False),
               "title": ("value", False), "labelText": ("value", False),
               "labelColor": ("value", False),
               "labelBgColor": (("aqua", "green", "orange", "brown", "pink", "blue", "grey",
                                 "violet"), False)},
    "block": {"type": (_BLOCKS, True),
              "properties": ("properties", False)},
    "text block": {"value": ("text", True), "multiline": ("value", False),
                   "title": ("text", False), "bold": ("value", False), "scope": ("value", False),
                   "size": (("xs", "sm", "md"), False),
                   "color": (("base_50", "base_60", "base_70", "base_90", "green", "purple"),
                             False)},
    "largeText block": {"value": ("text", True), "scope": ("value", False)},
    "link block": {"text": ("text", True), "action": ("action", True), "bold": ("value", False),
                   "scope": ("value", False)},
    "withTitle block": {"title": ("text", True), "block": ("block", True),
                        "inline": ("value", False), "scope": ("value", False)},
    "lineOfBlocks block": {"blocks": (Many("block", 20), True), "scope": ("value", False)},
    "deadline block": {"readonly": ("value", False), "scope": ("value", False)},
}  # fmt: skip
# What an action of a type cannot do without.
_OF_ACTION = {"redirect": "uri", "restEvent": "id"}


def check_layout(layout: Mapping[str | int, object], languages: Collection[str]) -> None:
    """Raise what the portal says about the first thing in a layout that is wrong."""
    if not layout:
        raise PortalError("ERROR_EMPTY_LAYOUT", "The layout field must be filled")
    _Check(languages).part("layout", layout)


def check_text(value: object, languages: Collection[str]) -> None:
    """Raise what is said about a text; one for each language may be in these languages only."""
    if not isinstance(value, Mapping):
        if isinstance(value, list) or not to_text(value):
            raise _required()
        return
    for language, text in value.items():
        if language not in languages:
            raise PortalError("WRONG_LANG", f"Language `{language}` was not found")
        if isinstance(text, Mapping | list):
            raise _wrong_value()


@dataclass(frozen=True)
class _Check:
    languages: Collection[str]

    def part(self, name: str, value: object) -> None:
        """Check the fields of a part: missing ones, foreign ones, then the values."""
        if not isinstance(value, Mapping | list):
            raise _wrong_value()
        part, given = _PARTS[name], as_array(value)
        if any(given.get(field) is None for field in _required_in(name, given)):
            raise _required()
        if any(str(field) not in part for field in given):
            raise PortalError("FIELD_IS_REDUNDANT", "An unknown field was passed in the structure")
        if name == "block":
            _demand_one_of(_BLOCKS, given["type"])
            given["properties"] = given.get("properties") or {}
        for field, inner in given.items():
            if inner is not None:
                kind = part[str(field)][0]
                self.value(f"{given['type']} block" if kind == "properties" else kind, inner)

    def value(self, kind: Kind, value: object) -> None:
        """Check one value, or the collection of them."""
        if isinstance(kind, Many):
            self.collection(kind, value)
        elif isinstance(kind, tuple):
            _demand_one_of(kind, value)
        elif kind == "text":
            check_text(value, self.languages)
        elif kind != "value":
            self.part(kind, value)
        elif isinstance(value, Mapping | list):
            raise _wrong_value()

    def collection(self, kind: Many, value: object) -> None:
        """Check how many there are, how they are called, and each of them."""
        rows = as_array(value)
        if len(rows) > kind.at_most:
            raise PortalError("TOO_MANY_ITEMS", "The number of array elements has been exceeded")
        for key, row in rows.items():
            if not _KEY.fullmatch(str(key)):
                text = "A key may have latin letters, digits, hyphens and underscores only"
                raise PortalError("KEY_CONTAIN_WRONG_SYMBOLS", text)
            self.value(kind.of, row)


def _required_in(name: str, given: Mapping[str | int, object]) -> list[str]:
    fields = [field for field, (_, is_required) in _PARTS[name].items() if is_required]
    needed = _OF_ACTION.get(to_text(given.get("type"))) if name == "action" else None
    return [*fields, needed] if needed else fields


def _demand_one_of(choices: tuple[str, ...], value: object) -> None:
    if to_text(value) not in choices:
        raise PortalError("ENUM_FIELD", "The value is not in the list of allowed values")


def _required() -> PortalError:
    text = "A required field was not passed in the structure object"
    return PortalError("FIELD_IS_REQUIRED", text)


def _wrong_value() -> PortalError:
    return PortalError("WRONG_FIELD_VALUE", "Incorrect field value")
