"""Serve `POST /events`: Bitrix24's queue delivers here, and waits only for the answer."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from b24app.errors import AccessError, MalformedRequestError, TooManyRequestsError
from b24app.services.lifecycle import event_inbox
from b24app.services.lifecycle.event_inbox import Received
from b24app.web.plumbing.statuses import status_of
from b24app.web.plumbing.wiring import deps, wiring

blueprint = Blueprint("events", __name__)


@blueprint.post("/events")
def receive() -> ResponseReturnValue:
    """Accept an event and answer at once; the work follows.

    200 also for a repeated event or one that is not ours; 400 malformed, 403 unproven.
    """
    try:
        received = event_inbox.receive(deps(), request.form.to_dict(), request.remote_addr or "")
    except (MalformedRequestError, AccessError, TooManyRequestsError) as error:
        return jsonify(status="error", error=error.code or "refused"), status_of(type(error))
    if received is not Received.IGNORED:
        wiring().background.kick()
    return jsonify(status=received.value)
