"""The stage of service and web tests: our application, a simulated portal, and people in front."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from sqlalchemy import delete, update

from b24app.bitrix.wire.pace import Pace
from b24app.simulator.oauth import create_oauth
from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.clock import Clock
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.events import deliver_now
from b24app.simulator.portal_state.faults import FaultPlan
from b24app.simulator.portal_state.people import make_users
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.switches import Switches
from b24app.simulator.portal_state.timeline import plan_reminder
from b24app.storage.models import Base, Portal
from b24app.storage.session import Database
from tests.support.base_stage import ADMIN as ADMIN
from tests.support.base_stage import CLIENT as CLIENT
from tests.support.base_stage import MANAGER as MANAGER
from tests.support.base_stage import READER as READER
from tests.support.base_stage import STRANGER as STRANGER
from tests.support.base_stage import BaseStage, make_config
from tests.support.openings import Openings
from tests.support.wsgi_adapter import WSGIAdapter

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
PORTAL, OAUTH = "localhost:8024", "localhost:8025"
APP_URL = "http://127.0.0.1:8000"
DEAL, INVOICE, SMART = (
    "CRM_DEAL_DETAIL_TAB",
    "CRM_SMART_INVOICE_DETAIL_TAB",
    "CRM_DYNAMIC_1036_DETAIL_TAB",
)
KEPT = frozenset({"portals", "user_tokens"})
"""The tables an installation and its users filled."""

BEARER = re.compile(r"Bearer ([\w.\-]+)")
GOES_ON = re.compile(r'hx-post="(/payments/filling/\d+)"[^>]* data-goes-on')
SAID = re.compile(r'class="toast[^"]*"[^>]*>.*?<p>(.*?)</p>', re.DOTALL)


class Stage(BaseStage):
    """All in this process, one clock for both sides, and no socket: an adapter is the network."""

    def __init__(self, database_url, rest_log_dir, token_key=None):
        self.slept = []
        self.rest_log_dir = rest_log_dir
        self.started = []
        self.waiting = []
        self.ticks = 0.0
        self.portal_clock = Clock(NOW)
        portal = PortalState(
            domain=PORTAL,
            oauth_origin=f"http://{OAUTH}",
            env={**CLIENT, "APP_URL": APP_URL},
            clock=self.portal_clock,
            sleep=self.slept.append,
        )
        portal.limits.is_rate_limited = False
        self.adapter = WSGIAdapter({PORTAL: create_portal(portal), OAUTH: create_oauth(portal)})
        token_key = token_key or Fernet.generate_key().decode()
        super().__init__(
            portal,
            make_config(portal, APP_URL, database_url, rest_log_dir, token_key),
            http_adapter=self.adapter,
            clock=self.portal_clock.now,
            monotonic=self.monotonic,
            sleep=self.sleep,
            start_background=self.started.append,
            start_later=self.start_later,
        )
        self.app.testing = True
        self.client = self.app.test_client()
        self.database = Database(database_url).of_all()
        self.openings = None

    def monotonic(self):
        return self.ticks

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.ticks += seconds

    def advance(self, seconds):
        """Let time pass for the portal and for us."""
        self.portal_clock.advance(seconds)
        self.ticks += seconds

    def work_off(self):
        """Let the worker of the process do what it was started for."""
        while self.started:
            self.started.pop(0)()

    def start_later(self, seconds, work):
        """The worker's timer: it rings when a test lets the time pass."""
        timer = (self.portal_clock.now() + timedelta(seconds=seconds), work)
        self.waiting.append(timer)
        return lambda: self.waiting.remove(timer) if timer in self.waiting else None

    def ring(self):
        """Let the timers ring whose time has come, and the worker do what it was woken for."""
        for timer in [one for one in self.waiting if one[0] <= self.portal_clock.now()]:
            self.waiting.remove(timer)
            timer[1]()
        self.work_off()

    def run_housekeeping(self):
        """Run the command an operator runs every hour; answers what it printed."""
        done = self.app.test_cli_runner().invoke(args=["housekeeping"])
        assert done.exit_code == 0, done.output
        return done.output

    def deliver(self):
        """Let the portal's queue send what waits; answers the handlers' statuses in order."""
        before = len(self.portal.events.attempts)
        deliver_now(self.portal, self._receive)
        return [one.status for one in self.portal.events.attempts[before:]]

    def _receive(self, url, body):
        path = urlsplit(url).path
        form = "application/x-www-form-urlencoded"
        return self.client.post(path, data=body, content_type=form).status_code

    def put_back(self, monkeypatch=None):
        """Bring everything back to where it was after the installation.

        `monkeypatch` is the test's: where it has patched something, its opening is its own.
        """
        portal = self.portal
        portal.crm, portal.users, portal.switches = CrmData(), make_users(), Switches()
        seed.fill(portal.crm, payments=4)
        self.plan_reminder(1039)
        portal.faults = FaultPlan()
        with self.database.transaction() as session:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in KEPT:
                    session.execute(delete(table))
            session.execute(update(Portal).values(batch_refused_until=None))
        self.slept.clear()
        self.deps.client.pace = Pace()
        self.adapter.sent.clear()
        self.forget_calls()
        if self.openings is None:
            self.openings = Openings(self)
        self.openings.begin(monkeypatch)

    def plan_reminder(self, payment_id, days=2):
        """Somebody has set a reminder about a payment, through the app."""
        payment = self.portal.crm.payments[payment_id]
        return plan_reminder(self.portal, payment, timedelta(days))

    def close(self):
        if self.openings:
            self.openings.close()
        self.database.close()
        super().close()

    # The portal's side of a frame.

    def post_fields(self, user_id, placement="DEFAULT", options=None, token=None):
        token = token or self.portal.issue_tokens(user_id)
        installation = self.portal.installation
        fields = {
            "AUTH_ID": token.access_token,
            "AUTH_EXPIRES": "3600",
            "REFRESH_ID": token.refresh_token,
            "SERVER_ENDPOINT": self.portal.server_endpoint,
            "APPLICATION_TOKEN": installation.application_token,
            "APPLICATION_SCOPE": "crm,placement",
            "member_id": self.portal.member_id,
            "status": "F",
            "PLACEMENT": placement,
        }
        if options is not None:
            fields["PLACEMENT_OPTIONS"] = json.dumps(options)
        return fields

    def frame(self, path, fields, **query):
        query = {"DOMAIN": PORTAL, "PROTOCOL": "0", "LANG": "en", "APP_SID": "5" * 32, **query}
        return self.client.post(path, query_string=query, data=fields)

    def begin_install(self, user_id=ADMIN):
        """Open the installer and let its first step, which asks the portal, run."""
        page = self.frame("/install", self.post_fields(user_id))
        assert page.status_code == 200, page.text
        headers = {"Authorization": f"Bearer {token_in(page)}", "HX-Request": "true"}
        return self.client.post("/install/steps/verify", headers=headers)

    def install(self, user_id=ADMIN):
        """Install the app as an administrator does, wizard steps included."""
        if self.portal.installation is None:
            self.portal.install_app()
        answer = self.frame("/install", self.post_fields(user_id))
        assert answer.status_code == 200, answer.text
        headers = {"Authorization": f"Bearer {token_in(answer)}", "HX-Request": "true"}
        for step in ("verify", "tabs", "events", "finish"):
            done = self.client.post(f"/install/steps/{step}", headers=headers)
            assert done.status_code == 200, done.text
        self.portal.finish_install(user_id)
        return answer

    def open(self, user_id=MANAGER, entity_id=8061, placement=DEAL):
        """Open a card's tab: the shell only. Nobody is proven yet."""
        fields = self.post_fields(user_id, placement, {"ID": str(entity_id)})
        answer = self.frame("/placement", fields)
        assert answer.status_code == 200, answer.text
        return Tab(self, token_in(answer))

    def tab(self, user_id=MANAGER, entity_id=8061, placement=DEAL):
        """Open a card's tab and let it show its payments."""
        how = (user_id, entity_id, placement)
        if self.openings is None:
            return self._opened(*how)
        return self.openings.open(how, lambda: self._opened(*how))

    def _opened(self, *how):
        tab = self.open(*how)
        tab.show()
        return tab


class Tab:
    """One opened tab: it sends what the page would send."""

    def __init__(self, stage, token):
        self.stage = stage
        self.token = token
        self.answer = None

    def headers(self, **more):
        return {"Authorization": f"Bearer {self.token}", "HX-Request": "true", **more}

    def get(self, path, **query):
        target = {"HX-Target": "tab"} if path == "/payments" else {}
        self.answer = self.stage.client.get(
            path, query_string=query, headers=self.headers(**target)
        )
        return self.answer

    def show(self, **query):
        return self.get("/payments", **query)

    def send(self, method, path, data=None, key=None):
        headers = self.headers(**{"Idempotency-Key": key or uuid.uuid4().hex})
        self.answer = self.stage.client.open(path, method=method, data=data or {}, headers=headers)
        return self.answer

    def post(self, path, data=None, key=None):
        return self.send("POST", path, data, key)

    def post_all(self, path, data=None, key=None):
        """As the page: longer work goes on, part after part, until it ends or stops."""
        self.post(path, data, key)
        while self.answer.status_code == 200 and (part := GOES_ON.search(self.answer.text)):
            self.post(part[1])
        return self.answer

    def delete(self, path, key=None, **query):
        return self.send("DELETE", path, query, key)

    @property
    def said(self):
        """What the last answer announced."""
        return " ".join(
            re.sub(r"<[^>]+>", "", text).strip() for text in SAID.findall(self.answer.text)
        )


def token_in(answer):
    """The session token a page was given, as a browser test finds it."""
    return BEARER.search(answer.text).group(1)


def payments_in(text):
    """The payments of a page: id to "Y" or "N"."""
    return dict(re.findall(r'data-payment-id="(\d+)" data-paid="([YN])"', text))
