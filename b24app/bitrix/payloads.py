"""Parse form fields of frame posts and events into frozen values and check their shape. Pure.

https://apidocs.bitrix24.com, settings/app-installation/local-apps and api-reference/events. Nothing
here is proven: anybody can send such a POST. A field that is not needed is never a reason to refuse
the rest: a malformed one counts as missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from b24app.bitrix.hosts import ascii_host, frame_source, without_usual_port
from b24app.bitrix.wire import json_text
from b24app.errors import MalformedRequestError

DEFAULT_PLACEMENT = "DEFAULT"
DEFAULT_SECONDS = 3600
DEFAULT_LANGUAGE = "en"
SCHEMES = {"0": "http", "1": "https"}

TOKEN = re.compile(r"[\x21-\x7e]{1,2048}\Z")
MEMBER_ID = re.compile(r"[\w.-]{1,64}\Z", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z_-]{2,10}\Z")
APP_SID = re.compile(r"[\w-]{0,128}\Z", re.ASCII)
PLACEMENT = re.compile(r"\w{1,128}\Z", re.ASCII)
DIGITS = re.compile(r"\d{1,18}\Z", re.ASCII)
SECONDS = re.compile(r"\d{1,7}\Z", re.ASCII)
EVENT = re.compile(r"\w{1,128}\Z", re.ASCII)
BRACKETS = re.compile(r"([A-Za-z_]\w*)((?:\[\w*\]){1,5})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class PlacementCall:
    """A POST of the portal's frame: installer, main page or card tab.

    `domain` is the posted host as browsers write it, `auth_id` the access token of the person who
    opened it, `auth_expires` its seconds, `options` the decoded PLACEMENT_OPTIONS, None where they
    could not be read. Portals of some age leave `server_endpoint` and `application_token` empty.
    """

    domain: str
    protocol: str
    language: str
    app_sid: str
    auth_id: str = field(repr=False)
    auth_expires: int
    refresh_id: str = field(repr=False)
    server_endpoint: str
    application_token: str = field(repr=False)
    member_id: str
    placement: str
    options: Mapping[str, object] | None

    @classmethod
    def from_request(cls, query: Mapping[str, str], form: Mapping[str, str]) -> PlacementCall:
        """Read query and form. Raises MalformedRequestError naming the field, never its value."""
        return cls(
            domain=_domain(query),
            protocol=_protocol(query),
            language=_language(query.get("LANG", "")),
            app_sid=_optional(query, "APP_SID", APP_SID),
            auth_id=_needed(form, "AUTH_ID", TOKEN),
            auth_expires=int(_optional(form, "AUTH_EXPIRES", SECONDS) or DEFAULT_SECONDS),
            refresh_id=_needed(form, "REFRESH_ID", TOKEN),
            server_endpoint=_optional(form, "SERVER_ENDPOINT", TOKEN),
            application_token=_optional(form, "APPLICATION_TOKEN", TOKEN),
            member_id=_needed(form, "member_id", MEMBER_ID),
            placement=_optional(form, "PLACEMENT", PLACEMENT) or DEFAULT_PLACEMENT,
            options=_options(form.get("PLACEMENT_OPTIONS", "")),
        )

    @property
    def scheme(self) -> str:
        """Return `https`, or `http` if the portal says that it has no certificate."""
        return SCHEMES[self.protocol]


@dataclass(frozen=True, slots=True)
class Renewal:
    """A fresh pair from the frame, for a session that is over. `refresh_id` may be empty."""

    auth_id: str = field(repr=False)
    refresh_id: str = field(repr=False)
    expires: int

    @classmethod
    def from_fields(cls, fields: Mapping[str, object]) -> Renewal:
        """Read fields of a form or of a JSON object. Raises MalformedRequestError."""
        texts = _texts(fields)
        if fields.get("REFRESH_ID") and not TOKEN.match(texts.get("REFRESH_ID", "")):
            raise MalformedRequestError("REFRESH_ID is malformed", code="malformed")
        seconds = str(fields.get("AUTH_EXPIRES", ""))
        return cls(
            auth_id=_needed(texts, "AUTH_ID", TOKEN),
            refresh_id=texts.get("REFRESH_ID", ""),
            expires=int(seconds) if SECONDS.match(seconds) else DEFAULT_SECONDS,
        )


def json_fields(body: bytes) -> Mapping[str, object]:
    """Return the fields of a JSON object that was posted; none where it is none, or too much."""
    try:
        value = json_text.read(body)
    except json_text.JsonError:
        return {}
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class EventAuth:
    """Who an event claims to come from. Only `member_id` is always there.

    Tokens come only when a person is behind the event, the endpoint not from every portal. What it
    says of domain and user nobody has checked (rest-contract g.2), so it is not read.
    """

    member_id: str
    application_token: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    server_endpoint: str


@dataclass(frozen=True, slots=True)
class EventCall:
    """An event of the portal. `event` is in upper case, `data` nested as the brackets say.

    All values of `data` are text. `ts` is the Unix time of sending, 0 where it is missing.
    """

    event: str
    data: Mapping[str, object]
    ts: int
    auth: EventAuth

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> EventCall:
        """Read form fields such as `auth[member_id]`.

        Raises MalformedRequestError for the two without which an event says nothing: its name and
        the `member_id`.
        """
        fields = _nested(form)
        return cls(
            event=_needed(form, "event", EVENT).upper(),
            data=_group(fields, "data"),
            ts=int(_optional(form, "ts", DIGITS) or 0),
            auth=_event_auth(_texts(_group(fields, "auth"))),
        )

    @property
    def texts(self) -> Mapping[str, str]:
        """Return the fields of `data` that are not nested: `VERSION`, `CLEAN`, `LANGUAGE_ID` ..."""
        return _texts(self.data)


def _event_auth(auth: Mapping[str, str]) -> EventAuth:
    return EventAuth(
        member_id=_needed(auth, "member_id", MEMBER_ID),
        application_token=_optional(auth, "application_token", TOKEN),
        access_token=_optional(auth, "access_token", TOKEN),
        refresh_token=_optional(auth, "refresh_token", TOKEN),
        server_endpoint=_optional(auth, "server_endpoint", TOKEN),
    )


def _needed(fields: Mapping[str, str], name: str, shape: re.Pattern[str]) -> str:
    value = fields.get(name, "")
    if not value:
        raise MalformedRequestError(f"{name} is missing", code="missing")
    if not shape.match(value):
        raise MalformedRequestError(f"{name} is malformed", code="malformed")
    return value


def _optional(fields: Mapping[str, str], name: str, shape: re.Pattern[str]) -> str:
    value = fields.get(name, "")
    return value if shape.match(value) else ""


def posted_source(query: Mapping[str, str]) -> str:
    """Return who may frame a refusal of this post, as a policy names it; "" without a host."""
    try:
        scheme = SCHEMES[_protocol(query)]
        return frame_source(scheme, without_usual_port(_domain(query), scheme))
    except MalformedRequestError:
        return ""


def _protocol(query: Mapping[str, str]) -> str:
    return "0" if query.get("PROTOCOL") == "0" else "1"


def _domain(query: Mapping[str, str]) -> str:
    text = query.get("DOMAIN", "")
    if not text:
        raise MalformedRequestError("DOMAIN is missing", code="missing")
    try:
        return ascii_host(text)
    except ValueError:
        raise MalformedRequestError("DOMAIN is malformed", code="malformed") from None


def _language(text: str) -> str:
    return text.lower() if LANGUAGE.match(text) else DEFAULT_LANGUAGE


def _options(text: str) -> Mapping[str, object] | None:
    """Read options; `""`, `[]` and a missing field mean none. None: they are unreadable."""
    if not text.strip():
        return {}
    try:
        value = json_text.read(text.encode("utf-8", "replace"))
    except json_text.JsonError:
        return None
    if isinstance(value, dict):
        return value
    return {} if value in ([], None, "") else None


def _nested(form: Mapping[str, str]) -> dict[str, object]:
    """Nest `{"data[FIELDS][ID]": "300"}` as `{"data": {"FIELDS": {"ID": "300"}}}`.

    Of two fields that contradict each other, `data[A]` and `data[A][B]`, the first one counts.
    """
    fields: dict[str, object] = {}
    for name, value in form.items():
        found = BRACKETS.match(name)
        if found is not None:
            _put(fields, [found[1], *found[2][1:-1].split("][")], value)
    return fields


def _put(fields: dict[str, object], path: list[str], value: str) -> None:
    place = fields
    for step in path[:-1]:
        inner = place.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        place = inner
    place.setdefault(path[-1], value)


def _group(fields: Mapping[str, object], name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", fields.get(name, {}))


def _texts(group: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name, value in group.items() if isinstance(value, str)}
