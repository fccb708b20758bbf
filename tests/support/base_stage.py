"""What every stage has: a simulated portal, our application before it, and what the portal saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from b24app import create_app
from b24app.config import Config
from b24app.services.deps import Deps
from b24app.simulator.portal_state.recording import RecordedCommand, RecordedRequest
from b24app.simulator.portal_state.state import PortalState
from tests.support import statements
from tests.support.shared_between_apps import TemplatesInMemory

ADMIN, MANAGER, READER, STRANGER = 1, 7, 9, 12
CLIENT = {"B24_CLIENT_ID": "local.deal.payments", "B24_CLIENT_SECRET": "a-secret-of-the-card"}
TEMPLATES = TemplatesInMemory()


def make_config(
    portal: PortalState, app_url: str, database_url: str, rest_log_dir: Path, token_key: str
) -> Config:
    """What the application is told about this portal and its authorization server."""
    return Config(
        app_url=app_url,
        client_id=CLIENT["B24_CLIENT_ID"],
        client_secret=CLIENT["B24_CLIENT_SECRET"],
        oauth_url=portal.oauth_origin,
        oauth_hosts=frozenset({portal.oauth_domain}),
        database_url=database_url,
        secret_key="a key that signs sessions in tests",
        token_keys=(token_key,),
        trust_local_portals=True,
        rest_log_dir=str(rest_log_dir),
        app_env="development",
    )


class BaseStage:
    """A portal and an application that know each other; subclasses say how they are reached.

    `portal` is the state to set up and to inspect. `parts` are those of `create_app`: the network,
    the clock, the workers.
    """

    def __init__(self, portal: PortalState, config: Config, **parts: Any) -> None:
        self.portal = portal
        self.config = config
        self.app_url = config.app_url
        self.app = create_app(config, **parts)
        self.app.jinja_env.bytecode_cache = TEMPLATES
        statements.watch(self.deps.db)

    @property
    def deps(self) -> Deps:
        """What the application hands to its services."""
        found: Deps = self.app.extensions["b24app"].deps
        return found

    def close(self) -> None:
        self.deps.db.close()

    # What the portal does, and what it saw.

    def fail(
        self, method: str, kind: str, times: int = 1, seconds: float = 30.0, after: int = 0
    ) -> None:
        """Let the portal fail at a method; the kinds are in docs/simulator.md."""
        self.portal.faults.add(method, kind, times, seconds, after)

    def forget_calls(self) -> None:
        self.portal.recorder.clear()

    @property
    def http_calls(self) -> list[RecordedRequest]:
        """Requests to the portal; the authorization server does not count."""
        return self.portal.recorder.rest_requests()

    def asked(self, method: str) -> list[RecordedCommand]:
        """Commands of this method, in batches and alone, whatever became of them."""
        return [one for one in self.portal.recorder.commands() if one.method == method.lower()]

    def executed(self, method: str) -> list[RecordedCommand]:
        """Those of them that ran."""
        return [one for one in self.asked(method) if one.outcome == "ok"]
