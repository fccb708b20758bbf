"""A second portal in full order beside the first: the same cards, the same ids, other names."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask
from sqlalchemy import delete

from b24app import BLUEPRINTS
from b24app.domain import TokenPair
from b24app.storage import models
from b24app.storage.session import Database
from tools.attack.hostile import HostilePortal, soon, write_installation
from tools.attack.people import BEARER, SECONDS, frame_fields
from tools.bench.portal import Portal
from tools.stage import Stage, free_ports, program, simulator_at

CODE = "northwind.deal_payments"
DEAL = "CRM_DEAL_DETAIL_TAB"
ADMIN, MANAGER, READER = 1, 7, 9
PAYMENTS, CARD = "crm.item.payment.list", 8061
NAMED = {
    PAYMENTS: ("paySystemName",),
    "crm.item.productrow.list": ("productName",),
    "crm.item.productrow.getavailableforpayment": ("productName",),
    "crm.item.delivery.list": ("deliveryName",),
    "crm.item.get": ("title",),
    "profile": ("NAME", "LAST_NAME"),
    "user.get": ("NAME", "LAST_NAME"),
    "sale.paysystem.list": ("NAME",),
}
"""What of a portal's answers is somebody's text."""


@dataclass(frozen=True)
class Party:
    """A portal, how the app knows it, and the word that stands in all of its texts."""

    app_url: str
    control: Portal
    known: HostilePortal
    word: str

    def mark(self) -> None:
        """Put the word into every text that this portal answers, and let it answer quickly."""
        self.control.control("limits", rate="off", operating="off")
        put_texts(self.control, json.dumps(self.word))

    def tokens(self, user: int) -> dict[str, str]:
        """What the portal's page would post of this person."""
        issued = self.control.control("token", user=user)
        return {"AUTH_ID": issued["access_token"], "REFRESH_ID": issued["refresh_token"]}

    def fields(self, user: int, **changes: str) -> dict[str, str]:
        """What the portal's page posts into a frame."""
        known = self.known
        own = frame_fields(known.member_id, known.application_token, **self.tokens(user))
        return {**own, "PLACEMENT": DEAL, "PLACEMENT_OPTIONS": f'{{"ID":"{CARD}"}}', **changes}

    def session(self, user: int, path: str = "/placement") -> str:
        """Open a page as this person, let its first request prove it; return its session token."""
        token = token_of(post(self.app_url, path, self.known.host, self.fields(user)))
        first = {"/placement": "/payments?first=1", "/": "/settings?first=1"}.get(path)
        if first:
            ask(self.app_url, "GET", first, token)
        return token

    def was_asked(self) -> int:
        """How many calls came to the portal since the last time this was asked."""
        count = len(self.control.rest_requests())
        self.control.control("record/clear")
        return count


def forget_failures(running: Stage) -> None:
    """Let no limit of failures hide what would have happened."""
    database = Database(running.environment["DATABASE_URL"]).of_all()
    with database.transaction() as session:
        session.execute(delete(models.FailedProof))
    database.close()


def put_texts(portal: Portal, text: str) -> None:
    """Put one JSON text into everything that stands in NAMED."""
    for method, names in NAMED.items():
        for name in names:
            portal.control("odd_value", method=method, field=name, text=text)


@contextmanager
def two_portals(running: Stage) -> Iterator[tuple[Party, Party]]:
    """The portal that is there and its neighbour, which runs until the end of the block."""
    first = _first(running)
    _, port = free_ports()
    environment = {**running.environment, "B24_OAUTH_URL": f"http://localhost:{port + 1}"}
    url = f"http://localhost:{port}"
    with program(simulator_at(port), environment, running.folder / "neighbour.log", url):
        control = Portal(url)
        installed = control.control("install")
        known = HostilePortal(
            secrets.token_hex(16), urlsplit(url).netloc, installed["application_token"]
        )
        issued = control.control("token", user=ADMIN)
        pair = TokenPair(issued["access_token"], issued["refresh_token"], soon())
        write_installation(running, known, pair, CODE)
        second = Party(running.app_url, control, known, "OfTheSecond")
        first.mark()
        second.mark()
        yield first, second


def first_portal(running: Stage) -> Party:
    """The portal that is there, its texts as they are."""
    return _first(running)


def _first(running: Stage) -> Party:
    control = Portal(running.portal_url)
    state = control.session.get(f"{control.url}/_control/state", timeout=SECONDS).json()
    known = HostilePortal(
        state["member_id"],
        urlsplit(running.portal_url).netloc,
        state["installation"]["application_token"],
    )
    return Party(running.app_url, control, known, "OfTheFirst")


def post(
    app_url: str, path: str, host: str, fields: Mapping[str, str], **headers: str
) -> requests.Response:
    """Post a frame's form as a browser does."""
    query = {"DOMAIN": host, "PROTOCOL": "0", "LANG": "en", "APP_SID": "5" * 32}
    return requests.post(
        f"{app_url}{path}",
        params=query,
        data=dict(fields),
        headers=headers,
        timeout=SECONDS,
        allow_redirects=False,
    )


def token_of(page: requests.Response) -> str:
    """The session token in a page; empty where there is none."""
    found = BEARER.search(page.text)
    return found[1] if found else ""


def ask(
    app_url: str,
    method: str,
    path: str,
    token: str,
    form: Mapping[str, Any] | None = None,
    **headers: str,
) -> requests.Response:
    """Send what htmx would send."""
    own = {
        "Authorization": f"Bearer {token}",
        "HX-Request": "true",
        "Idempotency-Key": secrets.token_hex(16),
    }
    return requests.request(
        method,
        f"{app_url}{path}",
        data=form,
        headers={**own, **headers},
        timeout=SECONDS,
        allow_redirects=False,
    )


def routes() -> list[tuple[str, str]]:
    """Verb and rule of everything that is routed, from the application's own map."""
    app = Flask("a map")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return sorted(
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    )


def filled(rule: str, number: int) -> str:
    """A rule as a path, with this id wherever one is needed."""
    return re.sub(r"<int:\w+>", str(number), rule).replace("<step>", "tabs")
