"""A part of the settings page that is read by itself; its errors take its own place."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, make_response, render_template, request

from b24app.errors import AppError
from b24app.web.error_pages import shown


def in_place(name: str, render: Callable[[], str]) -> Response:
    """Answer a section, or why it cannot be shown with a button to try again.

    What ends the session is raised: the page renews it and repeats the request.
    """
    try:
        return make_response(render())
    except AppError as error:
        if error.status == 401:
            raise
        body = render_template(
            "settings/_failed.html", name=name, error=shown(error), retry_url=request.path
        )
        return make_response(body, error.status)
