"""Every recorded message, sent into the simulator's parent page, gets the recorded replies."""

from __future__ import annotations

import json

import pytest

from tests.frame.recording import DEAL_TAB, MESSAGES, RECORDED
from tests.support.base_stage import ADMIN
from tests.support.servers import serving_portal

RECORDED_PAIR = json.loads(MESSAGES["refresh_auth"]["replies"][0].partition(":")[2])
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"

# These end the page they are sent from: test_parent_page.py asks what happens then.
LEAVING = {"install_finish", "reinstall", "reload_window", "close_application"}
# Of pages that the simulator does not have: docs/simulator.md says the same.
ELSEWHERE = {"fit_window_list_menu", "close_application_list_menu", "open_path_invoice_old_portal"}


def close_panel(stage):
    stage.page.locator(".side-panel--open .side-panel__label").click()


def choose_one(stage):
    dialog = stage.page.get_by_role("dialog")
    dialog.get_by_text("Ann").first.click()
    dialog.get_by_role("button", name="Select").click()


def fire_events(stage):
    # The answers of two events need the request to have arrived first.
    for value in ("app-1", "app-2"):
        stage.page.evaluate(
            "([code, id]) => portalFrames.firePlacementEvent("
            "code, 'onCrmEntityIsNeedToCreate', { entityId: id })",
            [DEAL_TAB, value],
        )


ACTS = {
    "open_path": close_panel,
    "open_path_sdk": close_panel,
    "open_application": close_panel,
    "select_user": choose_one,
    "select_users": choose_one,
    "select_crm": choose_one,
    "bind_event": fire_events,
}
EXCHANGES = [
    pytest.param(name, PHONE if name == "open_path_mobile" else None, id=name)
    for name in MESSAGES
    if name not in LEAVING | ELSEWHERE
]


@pytest.mark.parametrize(("name", "page"), EXCHANGES, indirect=["page"])
def test_recorded_request_gets_the_recorded_replies(name, stage):
    frame = stage.frame_for(name)
    if name == "bind_event":
        add_event(stage)

    stage.play(frame, name)
    if name in ACTS:
        await_request(stage, name)
        ACTS[name](stage)

    expected = [stage.here(frame, reply) for reply in MESSAGES[name]["replies"]]
    for number in range(1, len(expected) + 1):
        stage.reply(frame, number)
    heard = stage.heard(frame)
    if name.startswith("refresh_auth"):
        expected = [with_new_pair(stage, expected[0], heard[0])]
    assert heard == expected


def add_event(stage):
    """Give the deal card an event, as CRM_DETAIL_SEARCH has one; real card tabs have none."""
    stage.page.evaluate(
        "(code) => { portalFrames.placementInterface(code).events"
        ".onCrmEntityIsNeedToCreate = []; }",
        DEAL_TAB,
    )


def await_request(stage, name):
    if name == "bind_event":
        stage.page.wait_for_function(
            "(code) => portalFrames.placementInterface(code)"
            ".events.onCrmEntityIsNeedToCreate.length === 1",
            arg=DEAL_TAB,
        )


def with_new_pair(stage, expected, heard):
    """Check that the new pair belongs to the same person; return what was expected with it."""
    pair = json.loads(heard.partition(":")[2])
    token = stage.portal.tokens.by_access(pair["AUTH_ID"])
    assert token.user_id == ADMIN
    assert token.refresh_token == pair["REFRESH_ID"]
    for name in ("AUTH_ID", "REFRESH_ID"):
        expected = expected.replace(RECORDED_PAIR[name], pair[name])
    return expected


@pytest.fixture(scope="module")
def split(browser):
    """The parent page's splitting rule."""
    with serving_portal("http://127.0.0.1:9") as state:
        page = browser.new_page()
        page.goto(state.origin)
        yield lambda text: page.evaluate("(text) => portalFrames.parseMessage(text)", text)
        page.close()


@pytest.mark.parametrize("name", MESSAGES)
def test_recorded_request_splits_as_recorded(name, split):
    message = MESSAGES[name]

    parsed = split(message["request"])

    parsed["app_sid"] = parsed.pop("sid")
    assert parsed == message["parsed"]


WINDOW_NAMES = [case for case in RECORDED["window_name"] if case["name"]]


@pytest.mark.parametrize("case", WINDOW_NAMES, ids=[case["domain"] for case in WINDOW_NAMES])
def test_frame_is_named_as_recorded(case, named_frame):
    host, protocol, _ = case["name"].split("|")

    name = named_frame(host, "https" if protocol == "1" else "http")

    assert name.rpartition("|")[0] == f"{host}|{protocol}"
