"""The portal as one WSGI application: REST, authorization page, links, control, cards."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from b24app.simulator.control.control import create_control
from b24app.simulator.gallery.routes import create_gallery
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui.ui import create_ui

from .oauth import answer_authorize
from .rest.breaking import ConnectionBreaker
from .rest.endpoint import OPEN_TO_PAGES, answer_rest

_REST_VERBS = ["GET", "POST", "PUT", "DELETE", "HEAD"]


def create_portal(state: PortalState) -> Flask:
    """Return the WSGI application of one portal."""
    portal = Flask("b24app.simulator", static_folder=None)
    portal.wsgi_app = ConnectionBreaker(portal.wsgi_app, state.sleep)  # type: ignore[method-assign] # Flask's documented way to wrap

    @portal.route("/rest/<path:method>", methods=_REST_VERBS, provide_automatic_options=False)
    def rest(method: str) -> Response:
        return answer_rest(state, request, method)

    # A page of another origin asks first whether it may send JSON.
    @portal.route("/rest/<path:method>", methods=["OPTIONS"], provide_automatic_options=False)
    def preflight(method: str) -> Response:  # noqa: ARG001 - one answer for all methods
        return Response("", headers=OPEN_TO_PAGES)

    @portal.get("/oauth/authorize/")
    def authorize() -> Response:
        return answer_authorize(state, request)

    @portal.get("/~<code>")
    def short_link(code: str) -> BaseResponse:
        url = state.short_links.get(code)
        return redirect(url) if url else Response("No such link", HTTPStatus.NOT_FOUND)

    @portal.get("/pub/site/<int:site>/checkout/")
    def checkout(site: int) -> Response:
        return _checkout(state, site)

    @portal.get("/shop/orders/payment/details/<int:payment_id>/")
    def own_screen(payment_id: int) -> Response:
        return _own_screen(state, payment_id)

    portal.register_blueprint(create_gallery(state))
    portal.register_blueprint(create_control(state))
    portal.register_blueprint(create_ui(state))
    return portal


def _own_screen(state: PortalState, payment_id: int) -> Response:
    payment = state.crm.payments.get(payment_id)
    if payment is None:
        return Response("This payment no longer exists.", HTTPStatus.NOT_FOUND)
    status = "paid" if payment.is_paid else "not paid"
    title = f"Payment {payment.account_number}: {payment.sum} {payment.currency}, {status}"
    page = (
        f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1>'
        "<p>The payment screen of a simulated portal. Nothing can be changed here.</p>"
    )
    return Response(page, content_type="text/html; charset=utf-8")


def _checkout(state: PortalState, site: int) -> Response:
    payment = state.crm.payments.get(request.args.get("paymentId", 0, type=int))
    if payment is None:
        return Response("This payment no longer exists.", HTTPStatus.NOT_FOUND)
    title = f"Payment {payment.account_number}: {payment.sum} {payment.currency}"
    page = (
        f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1>'
        f"<p>The shop page {site} of a simulated portal. Nothing can be paid here.</p>"
    )
    return Response(page, content_type="text/html; charset=utf-8")
