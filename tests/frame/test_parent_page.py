"""The parent page: what its commands do to the portal, and what it meets with silence."""

from __future__ import annotations

import json

import pytest

from tests.frame.recording import DEAL_TAB, IGNORED, MESSAGES, RECORDED_SID
from tests.support.base_stage import ADMIN, MANAGER
from tests.support.servers import serving


def test_close_application_answers_before_the_frame_goes(stage):
    frame = stage.frame_for("close_application")
    heard: list[str] = []

    def hear(text: str) -> None:
        heard.append(text)

    stage.page.expose_function("hear", hear)
    frame.evaluate("addEventListener('message', (event) => top.postMessage(event.data, '*'))")
    stage.page.evaluate(
        "(app) => addEventListener('message', (event) => event.origin === app && hear(event.data))",
        stage.framed_app.origin,
    )

    stage.play(frame, "close_application")
    stage.page.locator(".side-panel").wait_for(state="detached")

    assert MESSAGES["close_application"]["replies"][0] in heard


def test_first_run_is_over_with_the_second_question_of_one_render(stage):
    stage.portal._first_runs.clear()
    frame = stage.visit.open_tab()

    for callback in ("a" * 32, "b" * 32):
        stage.say(frame, f"getInitData::{callback}:{RECORDED_SID}")

    answers = [json.loads(stage.reply(frame, number).partition(":")[2]) for number in (1, 2)]
    assert [answer["FIRST_RUN"] for answer in answers] == [True, False]


def test_set_install_marks_the_person_and_version(stage):
    stage.portal._first_runs.clear()
    frame = stage.visit.open_tab()

    with stage.page.expect_response("**/app.layout/ajax.php*"):
        stage.play(frame, "set_install")

    assert not stage.portal.is_first_run(ADMIN)


def test_install_finish_reloads_the_page_with_its_mark(stage):
    frame = stage.frame_for("init_installer")
    assert stage.framed_app.posts[-1].url.startswith(f"{stage.framed_app.origin}/install?")

    stage.play(frame, "install_finish")
    stage.page.wait_for_url("**install_finished=Y")
    stage.visit.frame()

    assert stage.portal.installation.is_finished
    assert stage.framed_app.posts[-1].url.startswith(f"{stage.framed_app.origin}/?")


def test_install_finish_in_a_slider_opens_the_application_there(stage):
    stage.portal.install_app(ADMIN)
    stage.visit.go("/")
    path = f"/marketplace/app/{stage.portal.application.code}/"
    stage.page.evaluate("(url) => portalSliders.open({ url })", path)
    panel = stage.page.frame_locator(".side-panel__iframe")
    installer = panel.locator("iframe.app-frame").element_handle().content_frame()
    installer.wait_for_function("() => window.say !== undefined")

    with stage.page.expect_request(f"{stage.framed_app.origin}/?DOMAIN=*"):
        stage.play(installer, "install_finish")
    opened = stage.page.frame_locator(".side-panel--open .side-panel__iframe")
    opened.locator("iframe.app-frame:not(.app-loading)").wait_for()

    assert stage.framed_app.posts[-1].url.startswith(f"{stage.framed_app.origin}/?")


def test_reinstall_message_hides_the_tabs_again(stage):
    frame = stage.visit.open_application()

    stage.play(frame, "reinstall")
    stage.page.wait_for_url("**install_finished=Y")

    assert not stage.portal.installation.is_finished


def test_reload_window_reloads_the_card(stage):
    frame = stage.visit.open_tab("/crm/deal/details/8061/?active_tab=app")

    with stage.page.expect_navigation():
        stage.play(frame, "reload_window")
    stage.visit.frame()

    assert len(stage.framed_app.posts) == 2


def test_foreign_sid_is_met_with_silence(stage):
    frame = stage.visit.open_tab()

    frame.evaluate("(text) => say(text)", IGNORED["foreign_sid"]["data"])

    assert stage.heard(frame) == []


@pytest.mark.parametrize("name", ["foreign_origin", "same_host_other_port"])
def test_other_origins_are_met_with_silence(name, stage):
    host = {"foreign_origin": "localhost", "same_host_other_port": "127.0.0.1"}[name]
    frame = stage.visit.open_tab()
    request = stage.here(frame, IGNORED[name]["data"])
    with serving(lambda _port: stage.framed_app.wsgi()) as port:
        stage.page.evaluate(
            """(url) => new Promise((loaded) => {
                window.passed = [];
                addEventListener("message", (event) => passed.push(event.origin));
                const frame = document.createElement("iframe");
                frame.name = "stranger";
                frame.src = url;
                frame.onload = loaded;
                document.body.append(frame);
            })""",
            f"http://{host}:{port}/",
        )
        stage.page.frame(name="stranger").evaluate(
            "(text) => parent.postMessage(text, '*')", request
        )
        stage.page.wait_for_function("() => passed.length > 0")

    assert stage.page.evaluate("passed") == [f"http://{host}:{port}"]
    assert stage.heard(frame) == []


def test_object_form_is_accepted_like_the_string(stage):
    frame = stage.visit.open_tab()
    sid = frame.evaluate("window.name").split("|")[2]
    message = IGNORED["object_form"]["data"] | {"appSid": sid}
    stage.page.evaluate(
        "([code, name]) => { portalFrames.placementInterface(code).commands[name]"
        " = (layout, params, reply) => reply(params); }",
        [DEAL_TAB, message["method"]],
    )

    frame.evaluate("(message) => say(message)", message)

    assert stage.reply(frame) == f'{message["callback"]}:{{"a":1}}'


MALFORMED = (
    "",
    ":",
    "getInitData",
    f"getInitData:{{:x:{RECORDED_SID}",
    f"__proto__::c:{RECORDED_SID}",
    f"constructor::c:{RECORDED_SID}",
)


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_message_is_met_with_silence(text, stage):
    frame = stage.visit.open_tab()

    stage.say(frame, text)

    assert stage.heard(frame) == []


def test_non_administrator_sets_no_application_option(stage):
    stage.visit.switch_to(MANAGER)
    frame = stage.visit.open_tab()

    stage.play(frame, "set_app_option")

    assert stage.heard(frame) == []
    assert stage.portal.app_options == {}


def test_failed_refresh_shows_a_box_and_stays_silent(stage):
    stage.portal.faults.add("frame/refreshAuth", "false")
    boxes: list[str] = []

    def accept(dialog) -> None:
        boxes.append(dialog.message)
        dialog.accept()

    stage.page.on("dialog", accept)
    frame = stage.visit.open_tab()

    with stage.page.expect_event("dialog"):
        stage.play(frame, "refresh_auth")

    assert stage.heard(frame) == []
    assert len(boxes) == 1
    # The browser itself logs the failed request.
    stage.page.watch.forget()


def test_cancelled_user_dialog_stays_silent(stage):
    frame = stage.visit.open_tab()

    stage.play(frame, "select_users")
    stage.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    assert stage.heard(frame) == []


def test_wrapper_follows_and_frame_never_falls_below_600(stage):
    frame = stage.visit.open_tab()

    stage.say(frame, f'resizeWindow:{{"width":"100%","height":321}}:c:{RECORDED_SID}')

    assert json.loads(stage.reply(frame).removeprefix("c:"))["height"] == 321
    assert frame.frame_element().bounding_box()["height"] == 600


def test_reload_data_tells_other_windows_of_the_portal(stage):
    frame = stage.visit.open_tab()

    stage.play(frame, "reload_data")
    stage.reply(frame)

    told = stage.page.evaluate("JSON.parse(localStorage.getItem('onCrmEntityUpdate'))")
    assert told == {"entityTypeName": "DEAL", "entityId": "8061"}


def test_reload_data_is_silence_in_a_smart_process(stage):
    frame = stage.visit.open_tab("/crm/type/1036/details/11/")

    stage.play(frame, "reload_data")

    assert stage.heard(frame) == []


def test_open_application_posts_its_options_as_text_to_the_application(stage):
    tab = stage.visit.open_tab()

    stage.play(tab, "open_application")
    stage.visit.frame(".side-panel")

    fields = stage.framed_app.posts[-1].fields
    assert stage.framed_app.posts[-1].url.startswith(f"{stage.framed_app.origin}/?")
    assert fields["PLACEMENT"] == "DEFAULT"
    assert fields["PLACEMENT_OPTIONS"] == '{"page":"settings"}'
    assert stage.page.get_by_role("heading", name="Payments").is_visible()


def test_open_path_names_the_application_that_opened_it(stage):
    frame = stage.visit.open_tab()

    stage.play(frame, "open_path")
    address = stage.page.locator(".side-panel__iframe").get_attribute("src")

    client_id = stage.portal.application.client_id
    assert f"from=rest_placement&from_app={client_id}&IFRAME=Y" in address
