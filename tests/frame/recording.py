"""The recorded messages, and what plays them with the values of a running portal."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from tests.support.asking import asked

DOCUMENTED = Path(__file__).parents[2] / "docs" / "bitrix24" / "frame-messages.json"
RECORDED = json.loads(DOCUMENTED.read_text(encoding="utf-8"))
MESSAGES = {message["name"]: message for message in RECORDED["messages"]}
IGNORED = {case["name"]: case for case in RECORDED["parent_must_ignore"]}
RECORDED_POST = dict(RECORDED["frame_post"]["body"])
RECORDED_CARD = json.loads(RECORDED_POST["PLACEMENT_OPTIONS"])["URI"]
RECORDED_SID = RECORDED["constants"]["app_sid"]
DEAL_TAB = "CRM_DEAL_DETAIL_TAB"

# Which page a recorded message belongs to, where it is not the tab of a deal.
INSTALLER = {"init_installer"}
OWN_PAGE = {"set_title_default", "resize_window_px"}
INVOICE = {"get_interface_smart"}
SLIDER = {"fit_window_popup", "close_application"}


class Playback:
    """Opens the frame a recorded message belongs to, speaks in it and hears what comes back."""

    def __init__(self, visit, framed_app) -> None:
        self.visit = visit
        self.page = visit.page
        self.portal = visit.portal
        self.framed_app = framed_app

    def frame_for(self, name: str):
        if name in INSTALLER:
            self.portal.install_app()
            self.portal._first_runs.clear()
            return self.visit.open_application()
        if name in OWN_PAGE:
            return self.visit.open_application()
        if name in INVOICE:
            return self.visit.open_tab("/crm/type/31/details/512/")
        tab = self.visit.open_tab(RECORDED_CARD)
        if name not in SLIDER:
            return tab
        self.say(tab, f"openApplication:{{}}::{RECORDED_SID}")
        return self.visit.frame(".side-panel")

    def here(self, frame, text: str) -> str:
        """Return a recorded text with the domain, sid and tokens of this frame."""
        domain, protocol, sid = frame.evaluate("window.name").split("|")
        post = next(one for one in self.framed_app.posts if f"APP_SID={sid}" in one.query)
        for recorded, actual in (
            (RECORDED_SID, sid),
            (RECORDED_POST["AUTH_ID"], post.fields["AUTH_ID"]),
            (RECORDED_POST["REFRESH_ID"], post.fields["REFRESH_ID"]),
            ('"DOMAIN":"mycompany.bitrix24.com"', f'"DOMAIN":"{domain}"'),
            ('"PROTOCOL":1', f'"PROTOCOL":{protocol}'),
        ):
            text = text.replace(recorded, actual)
        return text

    def say(self, frame, text: str) -> None:
        """Post a text to the parent; the recorded sid stands for this frame's."""
        frame.evaluate("(text) => say(text)", self.here(frame, text))

    def play(self, frame, name: str) -> None:
        """Post a recorded request."""
        self.say(frame, MESSAGES[name]["request"])

    def reply(self, frame, number: int = 1) -> str:
        """Wait for a reply and return it."""
        asked(frame, "(number) => inbox.length >= number", number)
        return str(frame.evaluate("(number) => inbox[number - 1].data", number))

    def heard(self, frame) -> list[str]:
        """Return every reply so far. A last question makes sure that none is still on its way."""
        marker = secrets.token_hex(16)
        self.say(frame, f"getInterface::{marker}:{RECORDED_SID}")
        asked(frame, "(mark) => inbox.at(-1)?.data.startsWith(mark)", marker)
        heard = frame.evaluate("inbox.slice(0, -1)")
        assert {one["origin"] for one in heard} <= {self.portal.origin}
        return [one["data"] for one in heard]
