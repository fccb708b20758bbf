"""Serve pages for visitors and machines: landing, legal texts, health, metrics."""

from __future__ import annotations

import hmac
import ipaddress
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from b24app.config import LOOPBACK_HOSTS
from b24app.services.lifecycle import health
from b24app.web.admin import oauth
from b24app.web.plumbing import i18n, metering
from b24app.web.plumbing.wiring import deps, wiring

blueprint = Blueprint("pages", __name__)

CONTACT_HOLDS = timedelta(days=180)
FORWARDED = (
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port",
    "X-Forwarded-Server", "X-Real-IP", "Forwarded", "Via", "CF-Connecting-IP", "True-Client-IP",
)  # fmt: skip
"""Headers that proxies add by themselves."""


@blueprint.get("/")
@blueprint.get("/install")
@blueprint.get("/placement")
def landing() -> ResponseReturnValue:
    """Say what this is and that it opens from Bitrix24. The vendor console probes it with HEAD.

    With `code` and `state` this is the end of a login: the vendor card decides to which of our
    addresses a portal sends people back (decisions 28).
    """
    if request.path == "/" and {"code", "state"} <= request.args.keys():
        return oauth.callback()
    return render_template("landing.html")


@blueprint.get("/legal/license")
def license_page() -> ResponseReturnValue:
    """Show the licence agreement."""
    return _legal("legal/license.html")


@blueprint.get("/legal/privacy")
def privacy() -> ResponseReturnValue:
    """Show what is stored, why, and for how long."""
    return _legal("legal/privacy.html")


def _legal(template: str) -> str:
    """Render a legal page in the language of `LANG`, with who stands behind it.

    Names are those of the marketplace card, which links a page for each of its languages.
    """
    i18n.use_language(request.args.get("LANG", ""))
    contacts = wiring().contacts
    return render_template(
        template,
        product=deps().manifest.name,
        licensor=contacts.licensor,
        support_email=contacts.support_email,
    )


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Report that the process is alive."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Report whether the database is reachable and its schema current; if not, 503 and why."""
    trouble = health.trouble(deps())
    if trouble:
        return jsonify(status=trouble), 503, {"Retry-After": "5"}
    return jsonify(status="ok")


@blueprint.get("/.well-known/security.txt")
def security_txt() -> ResponseReturnValue:
    """Say whom to tell about a hole (RFC 9116), for half a year from today on."""
    until = (deps().clock() + CONTACT_HOLDS).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = {
        "Contact": wiring().contacts.security,
        "Expires": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "en",
        "Canonical": f"{deps().app_url}/.well-known/security.txt",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return Response(text, mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Show Prometheus figures, for loopback or the bearer of METRICS_TOKEN."""
    if not _may_read_metrics():
        return Response(
            "metrics are for this machine without a proxy, or for the METRICS_TOKEN\n",
            403,
            mimetype="text/plain",
        )
    # It names a charset already, and some readers take no header that names two.
    return Response(metering.exposition(), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics() -> bool:
    expected = wiring().metrics_token
    header = request.headers.get("Authorization", "")
    if expected and hmac.compare_digest(header.encode(), f"Bearer {expected}".encode()):
        return True
    return _is_from_this_machine()


def _is_from_this_machine() -> bool:
    """Return whether no proxy is in between: behind one on this machine everybody is loopback.

    This holds even if TRUSTED_PROXIES does not mention the proxy, or has a wrong number.
    """
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        is_loopback = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return is_loopback and urlsplit(f"//{request.host}").hostname in LOOPBACK_HOSTS
