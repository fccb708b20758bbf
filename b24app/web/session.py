"""`POST /session`: a new session token for an old one and a fresh AUTH_ID from the frame."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from b24app.errors import MalformedRequestError
from b24app.services import launches, proofs
from b24app.web import failures, i18n
from b24app.web.launch import RENEWABLE_SECONDS, bearer_token
from b24app.web.wiring import deps, wiring

blueprint = Blueprint("session", __name__)

MAX_TOKEN = 2048
SECONDS_DIGITS = 7
DEFAULT_SECONDS = 3600


@blueprint.post("/session")
def renew() -> ResponseReturnValue:
    """Answer `{"token": …}` for the same portal, user and card."""
    tokens = wiring().session_tokens
    old = tokens.read(bearer_token(), max_age=RENEWABLE_SECONDS)
    i18n.use_language(old.language)
    fields: object = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    auth_id, refresh_id, expires = _posted(fields if isinstance(fields, dict) else {})
    if not proofs.was_proven(deps(), old.launch_id):
        failures.require_voucher(old)
    ticket = launches.renew(deps(), old, auth_id, refresh_id, expires)
    return jsonify(token=tokens.sign(ticket))


def _posted(fields: dict[str, object]) -> tuple[str, str, int]:
    auth_id = fields.get("AUTH_ID")
    refresh_id = fields.get("REFRESH_ID") or ""
    if not isinstance(auth_id, str) or not 0 < len(auth_id) <= MAX_TOKEN:
        raise MalformedRequestError("AUTH_ID is missing")
    if not isinstance(refresh_id, str) or len(refresh_id) > MAX_TOKEN:
        raise MalformedRequestError("REFRESH_ID is not a token")
    seconds = str(fields.get("AUTH_EXPIRES") or "")
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) <= SECONDS_DIGITS
    return auth_id, refresh_id, int(seconds) if is_number else DEFAULT_SECONDS
