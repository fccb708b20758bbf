"""Share code between the parts of the settings page: each is read alone and written once."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, make_response, render_template, request

from b24app.errors import AppError, InputCode, InputError
from b24app.services.writing.deed import WriteRequest, fingerprint
from b24app.web.plumbing import security
from b24app.web.plumbing.error_pages import shown, when_again
from b24app.web.plumbing.statuses import SESSION_REFUSED, status_of

MAX_KEY = 100


def change_asked() -> WriteRequest:
    """Return the current request as a change to carry out once for its Idempotency-Key."""
    key = request.headers.get("Idempotency-Key", "")
    if key and not (len(key) <= MAX_KEY and key.isascii()):
        raise InputError("the Idempotency-Key is too long or odd", code=InputCode.NO_KEY)
    body = repr(sorted(request.form.items(multi=True)))
    return WriteRequest(key, fingerprint(request.method, request.path, body), security.request_id())


def in_place(name: str, render: Callable[[], str | Response]) -> Response:
    """Answer with a section, or with why it cannot be shown and a button to try again.

    Errors that end the session are raised: the page renews it and repeats the request.
    """
    try:
        return make_response(render())
    except AppError as error:
        if status_of(type(error)) == SESSION_REFUSED:
            raise
        body = render_template(
            "settings/_failed.html", name=name, error=shown(error), retry_url=request.path
        )
        return make_response(body, status_of(type(error)), when_again(error))
