"""The stage of browser tests: the real application in the frame of a simulated portal's card.

Three servers on free ports: the portal is reached as localhost and the application as 127.0.0.1,
two sites as in life; the authorization server has an origin of its own. They live as long as the
run; each test gets a portal like new and a new application with a database of its own.
"""

from __future__ import annotations

import copy
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from b24app.simulator.oauth import create_oauth
from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state.clock import Clock
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.server import PortalServer
from tests.support.base_stage import ADMIN as ADMIN
from tests.support.base_stage import CLIENT, BaseStage, make_config
from tests.support.base_stage import MANAGER as MANAGER
from tests.support.base_stage import READER as READER
from tests.support.base_stage import STRANGER as STRANGER
from tests.support.servers import serving
from tools.visitor import Visitor

DEAL_CARD = "/crm/deal/details/8061/"
EMPTY_CARD = "/crm/deal/details/8063/"
LINKED_CARD = "/crm/type/1036/details/11/"
UNLINKED_CARD = "/crm/type/1036/details/12/"
KEY = Fernet.generate_key().decode()


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


class BrowserStage(BaseStage):
    """One test's portal and application, for browsers on this machine."""

    def __init__(self, servers, database_url, rest_log_dir):
        self.servers = servers
        self.database_file = Path(database_url.removeprefix("sqlite:///"))
        servers.portal.reset()
        self.clock = Clock()
        super().__init__(
            servers.portal,
            make_config(servers.portal, servers.app_url, database_url, rest_log_dir, KEY),
            clock=self.clock.now,
            # A timer would ring in another test: stories call for what is due by themselves.
            start_later=lambda _seconds, _work: lambda: None,
        )
        servers.app.application = self.app
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
            self.database_file.write_bytes(self.servers.installed.database)
        self.was_installed = True

    def copy_of(self, fields):
        """A deep copy of what a portal knows; its lock and its clock stay the ones they are."""
        kept = {id(one): one for one in (self.portal.lock, self.portal.clock, self.portal.sleep)}
        return copy.deepcopy(fields, kept)

    def read_database(self):
        with closing(sqlite3.connect(self.database_file)) as source:
            return source.serialize()

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
