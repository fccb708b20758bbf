"""The stage of browser tests: the real application in the frame of a simulated portal's card.

Three servers on free ports: the portal is reached as localhost and the application as 127.0.0.1,
two sites as in life; the authorization server has an origin of its own. They live as long as the
run; each test gets a portal like new and a new application with a database of its own.
"""

from __future__ import annotations

import copy
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from jinja2 import FileSystemBytecodeCache

from b24app import create_app
from b24app.config import Config
from b24app.simulator.oauth import create_oauth
from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state.clock import Clock
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.server import PortalServer
from tests.support.frame_stage import serving
from tools.visitor import Visitor

ADMIN, MANAGER, READER, STRANGER = 1, 7, 9, 12
DEAL_CARD = "/crm/deal/details/8061/"
EMPTY_CARD = "/crm/deal/details/8063/"
LINKED_CARD = "/crm/type/1036/details/11/"
UNLINKED_CARD = "/crm/type/1036/details/12/"
CLIENT = {"B24_CLIENT_ID": "local.deal.payments", "B24_CLIENT_SECRET": "a-secret-of-the-card"}
KEY = Fernet.generate_key().decode()
TEMPLATES = FileSystemBytecodeCache()
"""Compiled once: every test builds its own application, with the same templates."""


def rest_briefly(seconds):
    """The pauses between attempts at a busy portal, a tenth as long; other tests count them."""
    time.sleep(seconds / 10)


class Late:
    """A WSGI application that is known only after its server has a port, and may be replaced."""

    application: Any = None

    def __call__(self, environ, start_response):
        return self.application(environ, start_response)


@dataclass
class Servers:
    """The three servers of a run."""

    app: Late
    app_url: str
    portal: PortalState
    installed: Installed | None = None


@dataclass
class Installed:
    """What the portal and the application know after an installation."""

    portal: dict[str, Any]
    database: bytes


@contextmanager
def running_servers():
    """Start the servers on free ports and end them with the block."""
    app, portal, oauth = Late(), Late(), Late()
    shelves = [PortalServer(portal, 0), PortalServer(oauth, 0)]
    with serving(lambda _port: app) as app_port:
        app_url = f"http://127.0.0.1:{app_port}"
        state = PortalState(
            domain=f"localhost:{shelves[0].port}",
            oauth_origin=f"http://localhost:{shelves[1].port}",
            env={**CLIENT, "APP_URL": app_url},
        )
        portal.application, oauth.application = create_portal(state), create_oauth(state)
        try:
            yield Servers(app, app_url, state)
        finally:
            for shelf in shelves:
                shelf.stop()


class Stage:
    """One test's portal and application."""

    def __init__(self, servers, database_url, rest_log_dir):
        self.servers = servers
        self.database = database_url.removeprefix("sqlite:///")
        self.portal = servers.portal
        self.portal.reset()
        self.app_url = servers.app_url
        self.clock = Clock()
        config = Config(
            app_url=servers.app_url,
            client_id=CLIENT["B24_CLIENT_ID"],
            client_secret=CLIENT["B24_CLIENT_SECRET"],
            oauth_url=self.portal.oauth_origin,
            oauth_hosts=frozenset({self.portal.oauth_domain}),
            database_url=database_url,
            secret_key="a key that signs sessions in tests",
            token_keys=(KEY,),
            trust_local_portals=True,
            rest_log_dir=str(rest_log_dir),
            app_env="development",
        )
        self.application = create_app(
            config,
            clock=self.clock.now,
            # A timer would ring in another test: stories call for what is due by themselves.
            start_later=lambda _seconds, _work: lambda: None,
        )
        self.application.jinja_env.bytecode_cache = TEMPLATES
        servers.app.application = self.application
        self.was_installed = False

    def install(self):
        """Install as an administrator's browser does, without the browser.

        The first installation of a run is kept and put back for the tests that follow.
        """
        if self.was_installed:
            Visitor(self.portal.origin).install_app()
        elif self.servers.installed is None:
            Visitor(self.portal.origin).install_app()
            self.portal.recorder.clear()
            self.servers.installed = Installed(
                self.copy_of(vars(self.portal)), self.read_database()
            )
        else:
            vars(self.portal).update(self.copy_of(self.servers.installed.portal))
            # Nothing has opened this database yet.
            Path(self.database).write_bytes(self.servers.installed.database)
        self.was_installed = True

    def copy_of(self, fields):
        """A deep copy of what a portal knows; its lock and its clock stay the ones they are."""
        kept = {id(one): one for one in (self.portal.lock, self.portal.clock, self.portal.sleep)}
        return copy.deepcopy(fields, kept)

    def read_database(self):
        with closing(sqlite3.connect(self.database)) as source:
            return source.serialize()

    def close(self):
        self.application.extensions["b24app"].deps.db.close()

    # The truth at the portal.

    @property
    def payments(self):
        """The payments of the demo deal, oldest first: two paid, two unpaid; the last has goods,
        an hourly service and a delivery."""
        return self.portal.crm.payments_of(2, 8061)

    @property
    def shipments(self):
        """The ids of the demo deal's deliveries."""
        return {one.id for one in self.portal.crm.shipments_of(2, 8061)}

    def items(self, payment):
        return self.portal.crm.items_of(payment.id, "product")

    def deliveries(self, payment):
        return self.portal.crm.items_of(payment.id, "delivery")

    def executed(self, method):
        """Commands of this method that ran, in batches and alone."""
        commands = self.portal.recorder.commands()
        return [one for one in commands if one.method == method.lower() and one.outcome == "ok"]

    @property
    def http_calls(self):
        """Requests to the portal's REST."""
        return self.portal.recorder.rest_requests()

    def fail(self, method, kind, times=1, seconds=30.0):
        self.portal.faults.add(method, kind, times, seconds)
