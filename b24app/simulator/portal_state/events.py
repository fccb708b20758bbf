"""Events of the portal: queued when something happens, delivered by the queue server's POST.

Bodies are `application/x-www-form-urlencoded` with nested brackets. Nothing is queued before the
installation is finished, nor while the subscription is over. Delivery is `deliver_now`, called by
the control panel, by tests, or by the worker thread of `python -m b24app.simulator`.
"""

from __future__ import annotations

import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from b24app.simulator.portal_state.state import PortalState

SEND_SECONDS = 10
# Scope that `event.bind` asks for; "" is basic, which every application has.
EVENT_SCOPES = {
    "ONAPPINSTALL": "",
    "ONAPPUPDATE": "",
    "ONAPPUNINSTALL": "",
    "ONAPPPAYMENT": "",
    "ONAPPTEST": "",
    "ONPAYMENTENTITYSAVED": "sale",
    "ONPAYMENTDELETED": "sale",
    "ONSALEORDERSAVED": "sale",
    "ONSHIPMENTENTITYSAVED": "sale",
    "ONCRMLEADADD": "crm",
    "ONCRMDEALADD": "crm",
    "ONCRMDEALUPDATE": "crm",
    "ONCRMDEALDELETE": "crm",
    "ONCRMACTIVITYADD": "crm",
    "ONCRMACTIVITYUPDATE": "crm",
    "ONCRMACTIVITYDELETE": "crm",
}
# Carries no token, even for a handler bound with one person's: none would work any more.
_WITHOUT_TOKENS = frozenset({"ONAPPUNINSTALL"})
_log = logging.getLogger(__name__)


@dataclass
class QueuedEvent:
    """One delivery to one handler. `body` is nested; its `ts` is set when it is sent."""

    event: str
    handler: str
    body: dict[str, object]
    status: int | None = None


@dataclass
class EventQueue:
    """Pending deliveries, and the attempts made so far with the handler's status (0: none)."""

    pending: list[QueuedEvent] = field(default_factory=list)
    attempts: list[QueuedEvent] = field(default_factory=list)


def form_pairs(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Flatten nested values to form fields: data[FIELDS][ID]=300."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from form_pairs(inner, f"{name}[{key}]" if name else str(key))
    elif value is not None:
        yield name, str(value)


def post_form(url: str, body: bytes) -> int:
    """POST one event; return the handler's status, 0 when it could not be reached."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Bitrix24 Queue"}
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - http(s) was checked by event.bind
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=SEND_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def deliver_now(state: PortalState, send: Callable[[str, bytes], int] = post_form) -> int:
    """Send everything queued, in order, once each; return how many were answered 2xx.

    A failed delivery is not repeated: the portal may lose events, and so does this one.
    """
    with state.lock:
        due, state.events.pending = state.events.pending, []
    delivered = 0
    for event in due:
        fields = {**event.body, "ts": _now(state)}
        event.status = send(event.handler, urlencode(list(form_pairs(fields))).encode())
        delivered += 200 <= event.status < 300
        _log.info("event %s answered %s", event.event, event.status)
        with state.lock:
            state.events.attempts.append(event)
    return delivered


class EventWorker(threading.Thread):
    """Delivers the queue every second until `stop` is called."""

    def __init__(self, state: PortalState) -> None:
        super().__init__(name="simulator-events", daemon=True)
        self._state = state
        self._stopped = threading.Event()

    def run(self) -> None:
        """Deliver until stopped."""
        while not self._stopped.wait(1):
            deliver_now(self._state)

    def stop(self) -> None:
        """End the thread after the delivery under way."""
        self._stopped.set()


def queue_install(state: PortalState) -> None:
    """Queue ONAPPINSTALL for handlers bound before the installation was finished."""
    installation = state.installation
    if installation is None:
        return
    data = {
        "VERSION": installation.version,
        "ACTIVE": "Y",
        "INSTALLED": "Y",
        "LANGUAGE_ID": state.users[installation.user_id].language,
    }
    _queue(state, "ONAPPINSTALL", data, user_id=installation.user_id, with_refresh=True)


def queue_update(state: PortalState, previous_version: int) -> None:
    """Queue ONAPPUPDATE, which carries the new application_token."""
    installation = state.installation
    if installation is None:
        return
    data = {
        "VERSION": installation.version,
        "PREVIOUS_VERSION": previous_version,
        "LANGUAGE_ID": state.users[installation.user_id].language,
    }
    _queue(state, "ONAPPUPDATE", data, user_id=installation.user_id, with_refresh=True)


def queue_uninstall(state: PortalState, clean: bool) -> None:
    """Queue ONAPPUNINSTALL: no tokens, application_token is its only proof."""
    _queue(state, "ONAPPUNINSTALL", {"LANGUAGE_ID": "en", "CLEAN": int(clean)})


def queue_payment_status(state: PortalState) -> None:
    """Queue ONAPPPAYMENT after a change of the subscription."""
    installation = state.installation
    if installation is None:
        return
    data = {
        "CODE": state.application.code,
        "VERSION": installation.version,
        "STATUS": installation.status,
        "PAYMENT_EXPIRED": "Y" if installation.is_payment_expired else "N",
        "DAYS": 28,
        "LANGUAGE_ID": "en",
    }
    _queue(state, "ONAPPPAYMENT", data)


def queue_sale(state: PortalState, event: str, entity_id: int, user_id: int) -> None:
    """Queue a sale event, e.g. ONPAYMENTENTITYSAVED: it names the payment, never the card."""
    _queue(state, event, {"FIELDS": {"ID": entity_id}}, user_id=user_id)


def queue_activity(state: PortalState, deed: str, activity_id: int, user_id: int) -> None:
    """Queue ONCRMACTIVITY with ADD, UPDATE or DELETE: it names the activity alone."""
    _queue(state, f"ONCRMACTIVITY{deed}", {"FIELDS": {"ID": activity_id}}, user_id=user_id)


def _queue(
    state: PortalState,
    event: str,
    data: Mapping[str, object],
    *,
    user_id: int | None = None,
    with_refresh: bool = False,
) -> None:
    installation = state.installation
    if installation is None or not installation.is_finished or installation.is_payment_expired:
        return
    for handler in installation.event_handlers:
        if handler.event != event or handler.is_offline:
            continue
        acting = None if event in _WITHOUT_TOKENS else handler.auth_type or user_id
        body: dict[str, object] = {"event": event}
        if not event.startswith("ONAPP"):
            body["event_handler_id"] = handler.id
        body["data"] = dict(data)
        body["ts"] = _now(state)
        body["auth"] = _auth(state, acting, with_refresh=with_refresh)
        state.events.pending.append(QueuedEvent(event, handler.handler, body))


def _now(state: PortalState) -> str:
    return str(int(state.clock.timestamp()))


def _auth(state: PortalState, user_id: int | None, *, with_refresh: bool) -> dict[str, object]:
    installation = state.installation
    auth: dict[str, object] = {
        "domain": state.domain,
        "server_endpoint": state.server_endpoint,
        "client_endpoint": state.client_endpoint,
        "member_id": state.member_id,
        "application_token": installation.application_token if installation else "",
    }
    if installation is not None and user_id is not None:
        token = state.issue_tokens(user_id)
        auth |= {
            "access_token": token.access_token,
            "expires_in": 3600,
            "expires": int(token.expires_at.timestamp()),
            "scope": ",".join(token.scope),
            "status": installation.status,
            "user_id": user_id,
        }
        if with_refresh:
            auth["refresh_token"] = token.refresh_token
    return auth
