"""Names that are elements, attributes, scripts or formulas stay names, on every page."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from tests.support.app_page import open_page
from tests.support.odd_answers import CARD, FIELDS, put
from tests.support.stage import ADMIN, MANAGER
from tests.web.tab.test_every_route import ABOUT_A_PAYMENT, IDS, ROUTES, send

MARK = "xinj"
TEXTS = (
    f"\"><{MARK} onclick=1>'><{MARK}>",
    f"' {MARK}='1' onfocus='1' x=\"\" {MARK}=\"2\" hx-get=\"//evil.example/",
    f'","{MARK}":"1","x":"\',"{MARK}":\'',
    f"</script></textarea></title><script>{MARK}()</script><!-- {MARK}",
    f"javascript:{MARK}()",
)
MORE = (
    ("sale.paysystem.list", "NAME"),
    ("crm.enum.ownertype", "NAME"),
    ("crm.item.get", "name"),
    ("crm.item.get", "value"),
    ("salescenter.payment.getpublicurl", "url"),
    ("salescenter.payment.getpublicurl", "shortUrl"),
)
PAGES = ("/settings", "/settings/activity", "/settings/diagnostics")


class Page(HTMLParser):
    """Everything on a page that only a text could have made."""

    def __init__(self, text):
        super().__init__()
        self.strange = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == MARK or (tag == "script" and not named.get("src")):
            self.strange.append(tag)
        for name, value in attrs:
            is_action = name.startswith("on") or name == "style"
            is_leading = (value or "").startswith(("javascript:", "//"))
            is_address = name in {"href", "src", "action", "formaction"} or name.startswith("hx-")
            if name == MARK or is_action or (is_address and is_leading):
                self.strange.append((tag, name))
            if name in {"hx-vals", "hx-headers"} and MARK in json.loads(value):
                self.strange.append((tag, name, "a field"))

    def handle_comment(self, data):
        self.strange.append(data)


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_of_a_portal_leaves_its_place(stage, text):
    """Wherever a portal answers a text, on every page, and in what a write says."""
    places = [(method, field) for method, fields in FIELDS.items() for field in fields]
    places = [(method, field) for method, field in places if (method, field) != (CARD, "id")]
    for method, field in [*places, *MORE]:
        put(stage, method, field, json.dumps(text))
    tab, page = stage.tab(ADMIN), open_page(stage)

    answers = [tab.answer, tab.post(f"/payments/{IDS['payment_id']}/pay")]
    answers += [send(stage, route, tab.token) for route in ROUTES if route.startswith("GET")]
    answers += [page.get(path) for path in PAGES]

    shown = [one for one in answers if one.status_code == 200]
    assert len(shown) > 12
    assert any(MARK in one.text for one in shown), "the texts are there"
    files = [one for one in answers if one.mimetype in {"text/plain", "text/csv"}]
    assert {one.headers["X-Content-Type-Options"] for one in files} <= {"nosniff"}
    pages = [one for one in answers if one not in files]
    assert [one.request.path for one in pages if Page(one.text).strange] == []
    assert [one.request.path for one in answers if MARK in str(one.headers)] == []


def test_no_page_lets_a_script_run_but_ours(stage):
    tab, page = stage.tab(MANAGER), open_page(stage)
    answers = [tab.answer, *(page.get(path) for path in PAGES), stage.client.get("/")]
    answers += [send(stage, route, tab.token) for route in ABOUT_A_PAYMENT if "GET" in route]

    policies = [one.headers["Content-Security-Policy"] for one in answers]

    for policy in policies:
        rules = dict(one.strip().split(" ", 1) for one in policy.split(";"))
        assert (rules["default-src"], rules["script-src"]) == ("'none'", "'self'")
        assert (rules["base-uri"], rules["form-action"]) == ("'none'", "'self'")
    files = [one for one in answers if one.mimetype in {"text/plain", "text/csv"}]
    assert {one.headers["X-Content-Type-Options"] for one in files} <= {"nosniff"}
    pages = [one for one in answers if one not in files]
    assert [one.request.path for one in pages if Page(one.text).strange] == []


@pytest.mark.parametrize("path", ["/static//app.js", "/payments//new", "/legal//privacy"])
def test_no_answer_leads_to_a_host_that_a_visitor_names(client, path):
    """A cache would give the redirect to everybody."""
    answer = client.get(path, base_url="http://evil.example")

    rootless = client.get("/", environ_overrides={"PATH_INFO": "", "HTTP_HOST": "evil"})

    assert (answer.status_code, rootless.status_code) == (404, 200)
    assert "evil" not in str(answer.headers) + str(rootless.headers)
