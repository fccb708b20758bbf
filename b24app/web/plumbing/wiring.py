"""Give views what they need of the application: the use cases' dependencies, session tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from b24app.services.deps import Deps
from b24app.services.lifecycle.worker import Background
from b24app.web.admin.login_states import LoginStates
from b24app.web.plumbing.launch import SessionTokens

EXTENSION = "b24app"


@dataclass(frozen=True, slots=True)
class Contacts:
    """Who stands behind this deployment, as configured; "" for what was not."""

    security: str = ""
    licensor: str = ""
    support_email: str = ""


NOBODY = Contacts()


@dataclass(frozen=True, slots=True)
class Wiring:
    """Put into `app.extensions` by the composition root."""

    deps: Deps
    session_tokens: SessionTokens
    login_states: LoginStates
    background: Background
    metrics_token: str = ""
    contacts: Contacts = NOBODY


def wiring() -> Wiring:
    """Return the wiring of this application."""
    return cast(Wiring, current_app.extensions[EXTENSION])


def deps() -> Deps:
    """Return the dependencies of use cases."""
    return wiring().deps
