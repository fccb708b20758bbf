"""How little the tab asks for, and what of it is kept."""

from __future__ import annotations


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


def test_frame_sets_no_cookie(stage, person):
    person.open_tab(opens=False)

    ours = [one for one in person.page.context.cookies() if one["domain"] == "127.0.0.1"]
    assert ours == []
    assert stage.http_calls
