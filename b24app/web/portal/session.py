"""Serve `POST /session`: a new session token for an old one and a fresh AUTH_ID."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from b24app.services.auth import launches, throttle
from b24app.services.auth.frame_posts import Renewal, json_fields
from b24app.web.plumbing import failures, i18n
from b24app.web.plumbing.launch import bearer_token
from b24app.web.plumbing.wiring import deps, wiring

blueprint = Blueprint("session", __name__)


@blueprint.post("/session")
def renew() -> ResponseReturnValue:
    """Answer with `{"token": …}` for the same portal, user and card."""
    tokens = wiring().session_tokens
    old = tokens.read_renewable(bearer_token())
    i18n.use_language(old.language)
    fields = json_fields(request.get_data()) if request.is_json else request.form.to_dict()
    fresh = Renewal.from_fields(fields)
    if not throttle.was_proven(deps(), old.member_id, old.launch_id):
        failures.require_voucher(old)
    ticket = launches.renew(deps(), old, fresh.auth_id, fresh.refresh_id, fresh.expires)
    return jsonify(token=tokens.sign(ticket))
