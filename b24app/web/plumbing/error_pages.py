"""Turn an error into status, words and the right kind of answer: page, part or JSON."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from b24app import errors
from b24app.errors import InputCode
from b24app.services.lifecycle import subscriptions
from b24app.web.plumbing import failures, frames, htmx, security, statuses
from b24app.web.plumbing.entry import APP_PAGES
from b24app.web.plumbing.wiring import deps, wiring
from b24app.web.words.error_words import (
    CANNOT_SHOW,
    INCOMPLETE_POST,
    NOT_FOUND,
    two_sentences,
    words_at,
)
from b24app.web.words.outcome_words import BAD_INPUT, announced, noticed, refused
from b24app.web.words.sentences import MAYBE_SAVED, Place

log = logging.getLogger(__name__)

APP_ADDRESSES = frozenset({"/", "/oauth/start", "/oauth/callback"})
"""The application's own page, in a frame and outside."""

REPEAT = "Idempotency-Repeat"
"""The page sends a write again with the key of one that got no answer."""

KEY_KEPT = "Idempotency-Key-Kept"
"""Header of an answer that leaves open what its key stands for."""

RETRY_AFTER: dict[type[errors.AppError], str] = {
    # The page then keeps its key and may ask again for the same outcome.
    errors.StillRunningError: "2",
    errors.DatabaseAwayError: "5",
    errors.PortalPausedError: "600",
    errors.PortalBusyError: "2",
    errors.AuthorizationServerCrowdedError: "2",
    # Failed proofs are counted per minute.
    errors.TooManyRequestsError: "60",
}

UNPROVEN_KINDS = (errors.UnprovenError, errors.SessionForgedError, errors.TokenRejectedError)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the error templates print.

    `action`: "retry", "refresh", "reopen", "sign-in" or nothing.
    """

    title: str
    text: str
    action: str
    kind: str
    icon: str
    request_id: str
    advice: str = ""
    field: str = ""


def shown(error: errors.AppError) -> Shown:
    """Return the words for an error, in the page's language."""
    place = _place()
    if type(error) is errors.AppError and place is Place.CARD and frames.is_framed_post():
        # A tab that could not be opened has no Refresh.
        place = Place.APP_PAGE
    words = words_at(place, type(error))
    if isinstance(error, errors.MalformedRequestError) and frames.is_framed_post():
        words = INCOMPLETE_POST
    if isinstance(error, errors.NotOnThisCardError):
        words = NOT_FOUND.get(error.code, words)
    title, text = str(words.title), str(words.text)
    if isinstance(error, errors.InputError):
        text = str(BAD_INPUT.get(error.code, text))
        title = str(CANNOT_SHOW) if _only_reads() else title
        if error.code is InputCode.NO_LINE_CHOSEN:
            title, text = text, ""
    if isinstance(error, errors.SessionError) and request.headers.get(REPEAT):
        text = str(MAYBE_SAVED)
    return Shown(
        title,
        text,
        words.action,
        words.tone,
        words.icon,
        security.request_id(),
        field=getattr(error, "field", ""),
    )


def _place() -> Place:
    """Return where the words are read: they name the way out of that page."""
    if request.blueprint == "install":
        return Place.INSTALLER
    is_app_page = request.blueprint in APP_PAGES or request.path in APP_ADDRESSES
    return Place.APP_PAGE if is_app_page else Place.CARD


def _as_it_is_told(error: errors.AppError) -> errors.AppError:
    """Return what an error means in this request, and count failed proofs."""
    if isinstance(error, UNPROVEN_KINDS):
        error = failures.failed(error)
    if isinstance(error, errors.PortalMovedError) and "card" in g:
        subscriptions.ask_where_it_is(deps(), g.card.member_id)
        wiring().background.kick()
    if isinstance(error, errors.AppUninstalledError) and _has_only_its_posted_token():
        # We know of an installation: then this token is of the one before, and the tab was left
        # open meanwhile. The frame can bring one of now.
        return errors.SessionExpiredError(str(error))
    if isinstance(error, errors.DatabaseAwayError) and request.headers.get(REPEAT):
        # What became of the request before it, which got no answer, stands in that database.
        return errors.UnrecordedError(str(error))
    return error


def _has_only_its_posted_token() -> bool:
    """Return whether this request was made with the token that its tab was opened with."""
    card = g.get("card")
    return card is not None and card.posted is not None and _place() is not Place.INSTALLER


def _only_reads() -> bool:
    """Return whether nothing would have been changed: what is long is posted to be read."""
    is_long = request.blueprint == "statement" or request.endpoint == "payments.details"
    return request.method == "GET" or is_long


def answer(error: errors.AppError) -> Response:
    """Answer any error; old content stays unless this was the tab's first content."""
    error = _as_it_is_told(error)
    security.allow_framing_of_words(error)
    status = statuses.status_of(type(error))
    if status >= 500:
        log.warning(
            "%s %s: %s", request.method, request.path, error, extra={"id": security.request_id()}
        )
    view = shown(error)
    if request.path == "/session":
        response = jsonify(error=view.title, text=view.text, request_id=view.request_id)
    elif frames.is_framed_post() or not htmx.is_htmx():
        response = make_response(whole_page(view))
    elif request.args.get("first") == "1":
        place = "settings" if request.path.startswith("/settings") else "tab"
        # With all that the first request asked for: from a link it names a payment.
        page = render_template(f"errors/_{place}.html", error=view, retry_url=request.full_path)
        response = make_response(page)
    else:
        response = toast(view)
    response.status_code = status
    response.headers.update(when_again(error))
    if isinstance(error, errors.UnrecordedError):
        # The page keeps its key: with a new one, pressing again could do the same twice.
        response.headers[KEY_KEPT] = "1"
    return response


def whole_page(view: Shown) -> str:
    """Return a whole page of words, with its way on.

    A login is not sent again as it was: its code works once.
    """
    heading = _("Installation") if _place() is Place.INSTALLER else ""
    sign_in_url = g.get("sign_in_url", "")
    if sign_in_url and view.action in {"retry", "reopen"}:
        view = replace(view, action="sign-in")
    return render_template("errors/page.html", error=view, heading=heading, sign_in_url=sign_in_url)


def when_again(error: errors.AppError) -> dict[str, str]:
    """Return the header that says after how many seconds the same request may succeed."""
    if isinstance(error, errors.PortalOverloadedError):
        return {}
    waits = [wait for kind, wait in RETRY_AFTER.items() if isinstance(error, kind)]
    return {"Retry-After": waits[0]} if waits else {}


def _reads_list() -> bool:
    """Return whether the payments that are on the page were to be read again."""
    is_list = request.method == "GET" and request.path == "/payments"
    return is_list and not request.args.get("more")


def toast(view: Shown) -> Response:
    """Say why nothing changed, next to the old content."""
    text = two_sentences(view.title, view.text) if view.text else view.title
    if _reads_list():
        text = two_sentences(_("The list was not refreshed"), text)
    said = {**asdict(view), "text": text}
    if not _only_reads() and view.action == "retry" and _place() is Place.CARD:
        # Settings may be sent again as they are; a payment should be checked first.
        said["action"] = "refresh"
    body = render_template("_error_toast.html", error=said)
    return htmx.without_swap(make_response(body))


def _http_error(error: HTTPException) -> Response:
    """Answer Werkzeug's own 404, 405, 413: short words, correct status and headers."""
    if frames.is_framed_post():
        refusal = answer(errors.MalformedRequestError("not to be read"))
        refusal.status_code = error.code or refusal.status_code
        return refusal
    response = error.get_response()
    text = f"{error.code} {error.name}"
    plain = Response(text, status=error.code, mimetype="text/plain")
    if "Allow" in response.headers:
        plain.headers["Allow"] = response.headers["Allow"]
    return plain


def _unexpected(error: Exception) -> Response:
    """Log a bug in our code with its traceback, but do not show the traceback."""
    log.error("unexpected error in %s", request.endpoint, exc_info=error)
    return answer(errors.AppError("unexpected"))


def init_app(app: Flask) -> None:
    """Register the handlers and give templates the words of outcomes."""
    app.register_error_handler(errors.AppError, answer)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    app.jinja_env.globals.update(announced=announced, refused=refused, noticed=noticed)
