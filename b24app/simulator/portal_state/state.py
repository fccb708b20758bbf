"""PortalState: one portal with everything it knows. Made per portal and passed in, never global.

Whoever reads or writes holds `state.lock` (re-entrant); the public methods here take it
themselves. The card pages (ui.py), REST, the authorization server and the control panel all work
on the same object.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from b24app.simulator.portal_state import events, seed
from b24app.simulator.portal_state.application import (
    Application,
    Installation,
    Placement,
    load_application,
    new_application_token,
    other_application,
)
from b24app.simulator.portal_state.clock import Clock
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.faults import FaultPlan
from b24app.simulator.portal_state.limits import Limits
from b24app.simulator.portal_state.people import ADMIN_ID, User, make_users
from b24app.simulator.portal_state.recording import Recorder
from b24app.simulator.portal_state.records import Card
from b24app.simulator.portal_state.switches import Switches
from b24app.simulator.portal_state.timeline import Badge
from b24app.simulator.portal_state.tokens import Token, TokenStore

MEMBER_ID = "a223c6b3710f85df22e9377d6c4f7553"
# What a portal offers in `scope {"full": true}`.
PORTAL_SCOPES = (
    "crm", "department", "entity", "im", "log", "pay_system", "placement",
    "sale", "salescenter", "task", "user", "user_basic", "user_brief",
)  # fmt: skip


class PortalState:
    """One simulated portal.

    domain         host[:port] of the portal as posted in DOMAIN, e.g. "localhost:8024"
    scheme         "http" or "https" of the portal
    oauth_origin   origin of the authorization server, e.g. "http://localhost:8025"
    users          User by id: 1 admin, 7 manager, 9 read-only, 12 no access, 15 dismissed
    installation   None (not installed), or an Installation with `is_finished`
    application    our card: `url`, `installer_url`, `name`, `code`, `client_id`, `version`
    crm            cards, rows, orders, payments ... (CrmData)
    app_options    options set by administrators, readable by every user
    """

    def __init__(
        self,
        *,
        domain: str = "localhost:8024",
        oauth_origin: str = "http://localhost:8025",
        scheme: str = "http",
        env: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock or Clock()
        self.sleep = sleep
        self.scheme = scheme
        self.oauth_origin = oauth_origin.rstrip("/")
        self._env = env
        self.member_id = MEMBER_ID
        self._first_domain = domain
        self._reset_fields()

    def _reset_fields(self) -> None:
        self.application = load_application(self._env)
        self.other_application = other_application()
        self.domain = self._first_domain
        self.former_domains: set[str] = set()
        self.users: dict[int, User] = make_users()
        self.crm = CrmData()
        self.tokens = TokenStore(self.clock)
        self.switches = Switches()
        self.limits = Limits(self.clock)
        self.faults = FaultPlan()
        self.recorder = Recorder()
        self.events = events.EventQueue()
        self.installation: Installation | None = None
        self.badges: dict[str, Badge] = {}  # Made by an installation, so not of the CRM's data.
        self.app_options: dict[str, object] = {}
        self._user_options: dict[int, dict[str, object]] = {}
        self._first_runs: set[tuple[int, int]] = set()
        self._install_count = 0
        self._binding_count = 0
        self.short_links: dict[str, str] = {}
        seed.fill(self.crm, payments=4)

    def reset(self) -> None:
        """Return to the seed: nothing installed, no tokens, default switches, real time."""
        with self.lock:
            self.clock.reset()
            self._reset_fields()

    # Addresses

    @property
    def origin(self) -> str:
        """Return the portal's origin, e.g. http://localhost:8024."""
        return f"{self.scheme}://{self.domain}"

    @property
    def client_endpoint(self) -> str:
        """Return the REST base of the portal, with trailing slash."""
        return f"{self.origin}/rest/"

    @property
    def server_endpoint(self) -> str:
        """Return the REST base of the authorization server (posted as SERVER_ENDPOINT)."""
        return f"{self.oauth_origin}/rest/"

    @property
    def oauth_domain(self) -> str:
        """Return host[:port] of the authorization server (`domain` of token answers)."""
        return urlsplit(self.oauth_origin).netloc

    def move(self, domain: str) -> None:
        """Give the portal another address; REST at the old one answers 302 to the new one."""
        with self.lock:
            self.former_domains.add(self.domain)
            self.former_domains.discard(domain)
            self.domain = domain

    # People

    def is_admin(self, user_id: int) -> bool:
        """Return whether a user administers the portal (may install, sees IS_ADMIN true)."""
        user = self.users.get(user_id)
        return user is not None and user.is_admin

    def has_app_access(self, user_id: int) -> bool:
        """Return whether the administrator lets this user use the application."""
        return user_id not in self.switches.denied_app_users

    def user_options(self, user_id: int) -> dict[str, object]:
        """Return the user's own options of the application; change the dict to set them."""
        return self._user_options.setdefault(user_id, {})

    def is_first_run(self, user_id: int) -> bool:
        """Return whether this user never opened this version of the application (FIRST_RUN)."""
        version = self.installation.version if self.installation else self.application.version
        return (user_id, version) not in self._first_runs

    def mark_run(self, user_id: int) -> None:
        """Remember that the user has opened this version."""
        version = self.installation.version if self.installation else self.application.version
        self._first_runs.add((user_id, version))

    # Cards

    def card(self, entity_type_id: int, entity_id: int) -> Card | None:
        """Return a CRM item, None when it does not exist."""
        return self.crm.cards.get((entity_type_id, entity_id))

    # The application on this portal

    def application_by_id(self, client_id: str) -> Application | None:
        """Return a registered application: ours, or the other one used in trust tests."""
        known = (self.application, self.other_application)
        return next((app for app in known if app.client_id == client_id), None)

    def install_app(self, user_id: int = ADMIN_ID, status: str = "F") -> Installation:
        """Install our application, not finished: from now on its installer page is shown."""
        with self.lock:
            self._install_count += 1
            self.installation = Installation(
                number=self._install_count,
                user_id=user_id,
                application_token=new_application_token(),
                version=self.application.version,
                scope=self.application.scopes,
                status=status,
            )
            return self.installation

    def finish_install(self, user_id: int) -> bool:
        """Do what `setInstallFinish` does. Only an administrator changes anything.

        Returns True when the installation is finished by this call, and then queues
        ONAPPINSTALL for handlers bound before.
        """
        with self.lock:
            installation = self.installation
            if installation is None or installation.is_finished or not self.is_admin(user_id):
                return False
            installation.is_finished = True
            events.queue_install(self)
            return True

    def uninstall(self, clean: bool) -> None:
        """Remove the application: queue ONAPPUNINSTALL (`clean`: with data), then drop all of it.

        Bindings and handlers go at once, tokens stop working (APPLICATION_NOT_FOUND) and refresh
        answers NOT_INSTALLED. Options survive unless `clean`.
        """
        with self.lock:
            if self.installation is None:
                return
            events.queue_uninstall(self, clean)
            self.installation = None
            if clean:
                self.app_options.clear()
                self._user_options.clear()
                self._first_runs.clear()

    def update_app(self) -> None:
        """Install the next version: new application_token, ONAPPUPDATE, handlers dropped."""
        with self.lock:
            if self.installation is None:
                return
            previous = self.installation.version
            self.installation.version = previous + 1
            self.installation.application_token = new_application_token()
            events.queue_update(self, previous)
            self.installation.event_handlers.clear()

    def set_payment_expired(self, expired: bool) -> None:
        """End or renew the subscription; renewal queues ONAPPPAYMENT."""
        with self.lock:
            if self.installation is None:
                return
            self.installation.is_payment_expired = expired
            self.installation.status = "S"
            if not expired:
                events.queue_payment_status(self)

    def placements_of(self, code: str) -> list[Placement]:
        """Return our bindings of a placement code that a user may see now.

        Empty while the application is not installed or not finished. The card page additionally
        asks `has_app_access`.
        """
        with self.lock:
            installation = self.installation
            if installation is None or not installation.is_finished:
                return []
            return [binding for binding in installation.placements if binding.code == code]

    def next_binding_id(self) -> int:
        """Return an id for a new placement or event handler."""
        self._binding_count += 1
        return self._binding_count

    def issue_tokens(self, user_id: int) -> Token:
        """Make a pair for a framed post of our application: AUTH_ID and REFRESH_ID.

        `access_token`, `refresh_token`, `user_id`, `scope`; lives 3600 seconds.
        """
        with self.lock:
            return self.issue_tokens_for(self.application, user_id)

    def issue_tokens_for(self, application: Application, user_id: int) -> Token:
        """Make a pair of any registered application."""
        is_ours = application is self.application
        installation = self.installation if is_ours else None
        return self.tokens.issue(
            user_id,
            application.client_id,
            self.granted_scope(application),
            installation.number if installation else 0,
        )

    def grant_scope(self, scope: tuple[str, ...]) -> None:
        """Change what our application was granted, for tokens issued before as well."""
        with self.lock:
            if self.installation is not None:
                self.installation.scope = scope
            self.application.scopes = scope
            self.tokens.set_scope(self.application.client_id, scope)

    def granted_scope(self, application: Application) -> tuple[str, ...]:
        """Return what the administrator granted, or the card's scopes outside an installation."""
        is_ours = application is self.application
        if is_ours and self.installation is not None:
            return self.installation.scope
        return application.scopes
