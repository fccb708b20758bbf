"""Refusals of a frame's post, in a real frame: people read words there, whatever was posted."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.support.chromium import PATIENCE_MS

SID = "5" * 32
APP = "https://app.example"
"""Hosts of these names are nowhere: the browser's requests are answered here."""

PARENT = """<!doctype html><meta charset="utf-8">
<iframe name="{name}|{sid}" width="800" height="400"></iframe>
<form method="post" target="{name}|{sid}" action="{action}">{fields}</form>"""
FRAMED = """<!doctype html><body data-portal-origin="{origin}" data-app-sid="{sid}">
<script src="/static/frame.js"></script></body>"""


@pytest.fixture
def page(browser, bare_stage):
    """A page whose console may complain: that a frame refuses to connect is what is tested."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    client = bare_stage.app.test_client()

    def answer(route):
        parts = urlsplit(route.request.url)
        answered = client.open(
            f"{parts.path}?{parts.query}",
            method=route.request.method,
            data=route.request.post_data_buffer,
            content_type=route.request.headers.get("content-type"),
        )
        headers, body = dict(answered.headers), answered.data
        answered.close()
        route.fulfill(status=answered.status_code, headers=headers, body=body)

    page.route(f"{APP}/**", answer)
    yield page
    context.close()


def post_from(page, host, path, fields, opened_as=None):
    """Open a page of this host that posts into a frame; answers the frame."""
    action = f"{APP}{path}?DOMAIN={host}&amp;PROTOCOL=0&amp;LANG=en&amp;APP_SID={SID}"
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    html = PARENT.format(name=f"{host}|0", sid=SID, action=action, fields=inputs)
    address = f"http://{opened_as or host}/"
    page.route(f"{address}**", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(address)
    with page.expect_response(lambda one: one.url.startswith(APP + path)):
        page.evaluate("document.forms[0].submit()")
    return page.frames[-1]


def test_words_are_read_in_the_frame_of_whoever_posted(page):
    for host in ("portal.werk-2.example:8443", "my_portal.example", "portal_1"):
        for path in ("/install", "/", "/placement"):
            frame = post_from(page, host, path, {"AUTH_ID": "a" * 32})

            frame.get_by_role("alert").wait_for()
            words = frame.inner_text("body")
            assert "What Bitrix24 sent along was incomplete" in words, (host, path)


def test_an_underscore_is_said_in_the_installer(page):
    fields = {"AUTH_ID": "a" * 32, "REFRESH_ID": "b" * 32, "member_id": "c" * 32}

    frame = post_from(page, "my_portal.example", "/install", fields)

    frame.get_by_role("alert").wait_for()
    assert "This address cannot show apps" in frame.inner_text("body")


def test_words_for_one_host_are_not_read_in_the_frame_of_another(page):
    with page.expect_console_message(lambda one: "frame-ancestors" in one.text):
        post_from(page, "portal.example", "/", {}, opened_as="evil.example")


def test_a_frame_of_a_host_in_unicode_is_known_by_its_name(page):
    origin = "https://xn--80awhdgm.example:8443"
    html = "text/html; charset=utf-8"
    for name in ("Портал.example:8443", "xn--80awhdgm.example:8443"):
        outer = PARENT.format(name=f"{name}|1", sid=SID, action=f"{APP}/framed", fields="")
        for is_ours in (True, False):
            whose = origin if is_ours else "https://other.example:8443"
            bodies = {f"{APP}/framed": FRAMED.format(origin=whose, sid=SID), f"{origin}/": outer}
            for address, body in bodies.items():
                page.unroute(address)
                page.route(address, answer_with(body, html))
            page.goto(origin)

            with page.expect_response(f"{APP}/framed"):
                page.evaluate("document.forms[0].submit()")

            frame = page.frames[-1]
            frame.wait_for_function("window.B24Frame")
            assert frame.evaluate("B24Frame.isFramed()") is is_ours, (name, is_ours)


def answer_with(body, content_type):
    return lambda route: route.fulfill(body=body, content_type=content_type)
