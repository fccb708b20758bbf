"""What a browser does at a portal, by HTTP alone: install from the marketplace, open a card's tab.

The portal's pages carry the frame they would submit as JSON; a visitor submits it, takes the
session token from the page that comes back, and follows the requests htmx would make.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests

LAYOUT = re.compile(r"<script[^>]*data-app-layout[^>]*>(.*?)</script>", re.DOTALL)
SESSION_ID = re.compile(r'data-sessid="([0-9a-f]+)"')
LOADER = re.compile(r'data-loader="([^"]+)"')
HEADERS = re.compile(r"""hx-headers=(["'])(.*?)\1""", re.DOTALL)
NEXT_STEP = re.compile(r'hx-post="(/install/steps/[a-z]+)"')
LAYOUTS = "/bitrix/components/bitrix/app.layout"
SECONDS = 60


class VisitError(Exception):
    """A page did not hold what a browser would need to go on."""


@dataclass
class Frame:
    """The application's page as opened in a frame: its address, body and session headers.

    `fields` are what the portal posted to open it.
    """

    url: str
    page: str
    session: requests.Session
    headers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> requests.Response:
        """Ask for a fragment, as htmx does."""
        return self._send("GET", path)

    def post(self, path: str, **form: str) -> requests.Response:
        """Send a form, as htmx does."""
        return self._send("POST", path, form)

    def _send(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> requests.Response:
        headers = {"HX-Request": "true", **self.headers}
        return self.session.request(
            method, urljoin(self.url, path), data=form, headers=headers, timeout=SECONDS
        )


class Visitor:
    """A browser without a screen, signed in to the portal as its administrator."""

    def __init__(self, portal_url: str) -> None:
        self.portal_url = portal_url.rstrip("/")
        self.session = requests.Session()
        # A proxy named in the environment must not be asked for loopback addresses.
        self.session.trust_env = False
        self._session_id = ""

    def install_app(self) -> None:
        """Install from the marketplace and go through the wizard. Raises VisitError."""
        self._read("/marketplace/")
        frame = self._submit(self._post("/marketplace/install/"))
        answer = frame.page
        while step := NEXT_STEP.search(answer):
            answer = self._ok(frame.post(step[1]))
        # The wizard's last message to the portal makes the portal ask its own server for this.
        self._post(f"{LAYOUTS}/ajax.php", action="set_installed", v="Y")

    def open_tab(self, card: str) -> Frame:
        """Open the application's tab of a card, as the first click on it does.

        `card` is the path of the card's page. Raises VisitError.
        """
        found = LOADER.search(self._read(card))
        if found is None:
            raise VisitError(f"{card} has no tab of the application")
        loader = json.loads(html.unescape(found[1]))
        fields = {"PARAMS[params][PLACEMENT_OPTIONS][ID]": loader["PLACEMENT_OPTIONS"]["ID"]}
        for name in ("PLACEMENT", "PLACEMENT_ID", "ID"):
            fields[f"PARAMS[params][{name}]"] = str(loader[name])
        return self._submit(self._post(f"{LAYOUTS}/lazyload.ajax.php", **fields))

    def _submit(self, page: str) -> Frame:
        found = LAYOUT.search(page)
        if found is None:
            raise VisitError("the portal shows no frame of the application")
        layout = json.loads(found[1])
        return self.open_frame(layout["handler"], dict(layout["fields"]))

    def open_frame(self, url: str, fields: dict[str, str]) -> Frame:
        """Open a page of the application by what a portal posts. Raises VisitError."""
        answer = self.session.post(url, data=fields, timeout=SECONDS, allow_redirects=False)
        headers = _session_headers(answer.text)
        return Frame(url, self._ok(answer), self.session, headers, fields)

    def _read(self, path: str) -> str:
        page = self._ok(self.session.get(f"{self.portal_url}{path}", timeout=SECONDS))
        # The portal's pages carry what its own scripts must send back with every post.
        if found := SESSION_ID.search(page):
            self._session_id = found[1]
        return page

    def _post(self, path: str, **form: str) -> str:
        form["sessid"] = self._session_id
        return self._ok(self.session.post(f"{self.portal_url}{path}", data=form, timeout=SECONDS))

    def _ok(self, answer: requests.Response) -> str:
        if not answer.ok:
            # Without the query: it may hold a token.
            raise VisitError(f"{answer.url.split('?')[0]} answered {answer.status_code}")
        return answer.text


def _session_headers(page: str) -> dict[str, str]:
    found = HEADERS.search(page)
    if found is None:
        return {}
    headers: dict[str, str] = json.loads(html.unescape(found[2]))
    return headers
