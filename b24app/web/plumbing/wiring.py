"""What views need of the application object: the use cases' dependencies and session tokens."""

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
class Wiring:
    """Put into `app.extensions` by the composition root."""

    deps: Deps
    session_tokens: SessionTokens
    login_states: LoginStates
    background: Background
    metrics_token: str = ""


def wiring() -> Wiring:
    """Return the wiring of this application."""
    return cast(Wiring, current_app.extensions[EXTENSION])


def deps() -> Deps:
    """Return what use cases are given."""
    return wiring().deps
