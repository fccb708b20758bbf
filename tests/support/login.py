"""A browser in which somebody logs in outside of the frame."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from b24app.storage import portals
from tests.support.stage import ADMIN, PORTAL

COOKIE = "__Host-oauth"
BASE = "https://127.0.0.1:8000"


class Browser:
    """At our https address, as the cookie demands."""

    def __init__(self, stage):
        self.stage = stage
        self.client = stage.app.test_client()

    def get(self, path, **query):
        return self.client.get(path, query_string=query, base_url=BASE)

    def start(self, domain=PORTAL):
        return self.get("/oauth/start", domain=domain)

    def log_in(self, started, user_id=ADMIN):
        """Let the person log in at the portal; answers the query of the redirect back."""
        state = parse_qs(urlsplit(started.location).query)["state"][0]
        portal = self.stage.adapter.clients[PORTAL]
        portal.set_cookie("simulator_user", str(user_id), domain="localhost")
        client_id = self.stage.config.client_id
        answer = portal.get(
            "/oauth/authorize/",
            query_string={"client_id": client_id, "state": state},
            base_url=f"http://{PORTAL}",
        )
        assert answer.status_code == 302
        return {name: value[0] for name, value in parse_qs(urlsplit(answer.location).query).items()}

    @property
    def cookie(self):
        return self.client.get_cookie(COOKIE, domain="127.0.0.1")


def known_and_unknown(stage):
    """Two addresses of one length. Only at the first is the app installed."""
    host, other = "crm.werk-2.intern", "crm.werk-3.intern"
    with stage.database.transaction() as session:
        portals.move(
            session, stage.portal.member_id, f"https://{host}/rest/", stage.portal_clock.now()
        )
    return host, other
