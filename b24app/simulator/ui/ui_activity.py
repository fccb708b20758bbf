"""An activity in the timeline, and what a person can do to it there: complete, postpone, delete."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.timeline import ACTIVITY_DEEDS, Activity, change_activity
from b24app.simulator.ui.browser_user import user_of
from b24app.simulator.ui.ui_person import local_path
from b24app.simulator.ui.ui_text import day, time_of_day

_NO = ("N", "n", False, 0, "0", "false")


@dataclass(frozen=True)
class Block:
    """A line of an activity: a label, a text, and maybe what a click on the text does."""

    label: str
    text: str
    click: Click | None = None


@dataclass(frozen=True)
class Click:
    """A slider with the application (`opens`, JSON), or an address."""

    title: str
    opens: str = ""
    href: str = ""
    is_local: bool = True
    is_primary: bool = False


@dataclass(frozen=True)
class ActivityView:
    """One activity as it is drawn. `deeds` are what the person may do to it."""

    id: int
    title: str
    text: str
    responsible: str
    deadline: str
    badge: str
    badge_type: str
    tags: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    buttons: tuple[Click, ...]
    deeds: tuple[str, ...]
    about: str
    is_completed: bool


def add_routes(ui: Blueprint, state: PortalState) -> None:
    """Add what the controls of an activity post."""

    @ui.post("/bitrix/components/bitrix/crm.activity/<any(complete, postpone, delete):deed>.php")
    def act_on_activity(deed: str) -> Response:
        user = user_of(request, state)
        with state.lock:
            activity = state.crm.activities.get(request.form.get("id", 0, type=int))
            if activity is None:
                abort(HTTPStatus.NOT_FOUND)
            if not user.may_on(ACTIVITY_DEEDS[deed], activity.owner):
                abort(HTTPStatus.FORBIDDEN)
            change_activity(state, activity, deed, user.id)
        return redirect(local_path(request.form.get("back", "/")))


def activity_view(state: PortalState, user: User, activity: Activity) -> ActivityView:
    """Return an activity in the reader's language, with what the reader may do."""
    drawn = _Drawn(state, user, activity)
    badge = state.badges.get(activity.badge_code) if not activity.is_completed else None
    responsible = state.users.get(activity.responsible_id)
    due = user.local(activity.deadline) if activity.deadline else None
    return ActivityView(
        id=activity.id,
        title=drawn.text(activity.subject) or "To do",
        text=activity.description,
        responsible=responsible.full_name if responsible else "Former employee",
        deadline=f"{day(due)}, {time_of_day(due)}" if due else "",
        badge=drawn.text(badge.value) if badge else "",
        badge_type=badge.type if badge else "",
        tags=tuple(drawn.tags()),
        blocks=tuple(drawn.blocks()),
        buttons=tuple(drawn.buttons()),
        deeds=tuple(drawn.deeds()),
        about=drawn.opening({"context": "aboutMenuItem"}, {}) if activity.is_configurable else "",
        is_completed=activity.is_completed,
    )


@dataclass(frozen=True)
class _Drawn:
    state: PortalState
    user: User
    activity: Activity

    def text(self, value: object) -> str:
        """Return a text, of one in several languages the reader's, English or the first."""
        if not isinstance(value, Mapping):
            return "" if value is None else str(value)
        texts = {str(key): str(text) for key, text in value.items()}
        first = next(iter(texts.values()), "")
        return texts.get(self.user.language) or texts.get("en") or first

    def part(self, *names: str) -> Mapping[str, object]:
        """Return a part of the layout, empty where it is not drawn."""
        found: object = self.activity.layout
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def tags(self) -> Iterator[tuple[str, str]]:
        """Return the words and the looks of the tags beside the title."""
        for tag in self.part("header", "tags").values():
            yield self.text(_in(tag, "title")), self.text(_in(tag, "type"))

    def blocks(self) -> Iterator[Block]:
        """Return the lines of the body; the deadline is drawn by itself."""
        for block in self.part("body", "blocks").values():
            yield from self.block(block)

    def block(self, block: object, label: str = "") -> Iterator[Block]:
        """Return the lines of one block."""
        kind, properties = _in(block, "type"), _in(block, "properties")
        if kind == "withTitle":
            yield from self.block(_in(properties, "block"), self.text(_in(properties, "title")))
        elif kind == "lineOfBlocks":
            inner = _in(properties, "blocks")
            for nested in inner.values() if isinstance(inner, Mapping) else ():
                yield from self.block(nested, label)
        elif kind == "link":
            click = self.click(_in(properties, "text"), _in(properties, "action"))
            yield Block(label, click.title, click)
        elif kind in {"text", "largeText"}:
            yield Block(label, self.text(_in(properties, "value")))

    def buttons(self) -> Iterator[Click]:
        """Return the buttons at the bottom."""
        for button in self.part("footer", "buttons").values():
            is_primary = _in(button, "type") == "primary"
            yield self.click(_in(button, "title"), _in(button, "action"), is_primary=is_primary)

    def click(self, title: object, action: object, *, is_primary: bool = False) -> Click:
        """Return what a click does: a slider of the application, a page, or nothing visible."""
        words, kind = self.text(title), _in(action, "type")
        if kind == "openRestApp":
            options, slider = _in(action, "actionParams"), _in(action, "sliderParams")
            opens = self.opening(
                options if isinstance(options, Mapping) else {},
                slider if isinstance(slider, Mapping) else {},
            )
            return Click(words, opens, is_primary=is_primary)
        href = self.text(_in(action, "uri")) if kind == "redirect" else ""
        is_local = href.startswith("/") and not href.startswith("//")
        is_safe = is_local or href.startswith(("https://", "http://"))
        return Click(words, "", href if is_safe else "", is_local, is_primary)

    def opening(self, options: Mapping[str, object], slider: Mapping[str, object]) -> str:
        """Return what opens the application's own page in a slider, options as text."""
        owner_type, owner_id = self.activity.owner
        named = {"entityTypeId": owner_type, "entityId": owner_id, "activityId": self.activity.id}
        application = self.state.application
        return json.dumps({
            "application": {
                "PLACEMENT": "DEFAULT",
                "PLACEMENT_OPTIONS": {
                    name: self.text(value) for name, value in {**options, **named}.items()
                },
                "ID": application.id,
                "POPUP": 1,
            },
            "appCode": application.code,
            "title": self.text(slider.get("title")) or application.name,
            "width": slider.get("width"),
            "leftBoundary": slider.get("leftBoundary"),
        })  # fmt: skip

    def deeds(self) -> Iterator[str]:
        """Return what the person may do, as far as the layout does not hide it."""
        menu = self.part("footer", "menu")
        hidden = {"postpone": "showPostponeItem", "delete": "showDeleteItem"}
        for deed, level in ACTIVITY_DEEDS.items():
            is_hidden = menu.get(hidden.get(deed, ""), True) in _NO
            fits = deed == "delete" or not self.activity.is_completed
            if deed == "postpone":
                fits = fits and self.activity.deadline is not None
            if fits and not is_hidden and self.user.may_on(level, self.activity.owner):
                yield deed


def _in(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None
