"""How little the tab asks for, and what of it is kept."""

from __future__ import annotations

import re
from pathlib import Path

from b24app.web.plumbing import assets

ROOT = Path(__file__).resolve().parents[2]
RULES = """(sheets) => sheets.map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map((rule) => rule.cssText);
})"""


def test_shell_needs_six_requests_at_most(stage, person):
    seen = []
    person.page.on("request", lambda one: seen.append(one.url.removeprefix(stage.app_url)))

    person.open_tab(opens=False)

    ours = [url for url in seen if url.startswith("/") and not url.startswith("//")]
    content = ours.index("/payments?first=1")
    assert len(ours[: content + 1]) <= 6
    # What comes after are payments' details, not more of the shell.
    assert all(url.startswith("/payments/details") for url in ours[content + 1 :])
    assert len(stage.http_calls) <= 2


def test_static_files_are_kept_for_ever(stage, person):
    answers = {}
    person.page.on("response", lambda one: answers.update({one.url: one.headers}))

    person.open_tab()
    static = [headers for url, headers in answers.items() if url.startswith(f"{stage.app_url}/st")]

    assert len(static) == 4
    assert {one["cache-control"] for one in static} == {"public, max-age=31536000, immutable"}
    assert {one["content-encoding"] for one in static} == {"gzip"}


def test_a_page_of_the_previous_version_works_with_the_script_of_this_one(stage, person):
    """For as long as its process is being replaced: the script answers at any address."""

    def as_before(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r' data-pair="[^"]*"', "", answer.text()))

    person.page.route(f"{stage.app_url}/placement*", as_before)

    person.open_tab(opens=False)

    assert person.frame.locator("body[data-pair]").count() == 0
    assert person.frame.locator(".pay").count() > 0


def test_the_sheet_that_is_sent_means_what_was_written(new_page):
    """In a browser, rule by rule: what shortens the sheet knows less of the language than it."""
    written = (ROOT / "static" / "app.css").read_text(encoding="utf-8")
    sent = assets.prepared(ROOT / "static")["app.css"].content.decode()

    mine, theirs = new_page().evaluate(RULES, [written, sent])

    assert len(sent) < len(written)
    assert len(mine) > 500
    assert [plain(rule) for rule in theirs] == [plain(rule) for rule in mine]


def plain(rule):
    """A rule without the spaces that a browser hands on as they were written."""
    return re.sub(r"\s*([,:])\s*", r"\1", rule)


def test_frame_sets_no_cookie(stage, person):
    person.open_tab(opens=False)

    ours = [one for one in person.page.context.cookies() if one["domain"] == "127.0.0.1"]
    assert ours == []
    assert stage.http_calls
