"""The marketplace page: installing, opening and removing the application as a portal does."""

from __future__ import annotations

import pytest

from tests.frame.recording import RECORDED_SID
from tests.support.base_stage import ADMIN, MANAGER


@pytest.fixture
def market(stage):
    """The stage with nothing installed, on the marketplace page."""
    stage.portal.reset()
    stage.visit.go("/marketplace/")
    return stage


def paths(stage) -> list[str]:
    return [post.url.removeprefix(stage.framed_app.origin).partition("?")[0]
            for post in stage.framed_app.posts]  # fmt: skip


def test_installation_runs_from_the_button_to_the_tab(market):
    market.page.get_by_role("button", name="Install").click()
    installer = market.visit.frame()
    assert paths(market) == ["/install"]
    assert market.framed_app.posts[0].fields["PLACEMENT"] == "DEFAULT"
    assert not market.portal.installation.is_finished

    market.play(installer, "install_finish")
    market.page.wait_for_url("**install_finished=Y")
    market.visit.frame()

    assert paths(market) == ["/install", "/"]
    assert market.portal.installation.is_finished


def test_installer_comes_back_until_it_has_finished(market):
    market.page.get_by_role("button", name="Install").click()
    market.visit.frame()
    market.visit.go("/marketplace/")
    market.page.get_by_role("link", name="Continue the installation").click()
    market.visit.frame()

    assert paths(market) == ["/install", "/install"]


def test_unfinished_application_is_a_notice_to_others(market):
    market.portal.install_app(ADMIN)
    market.visit.switch_to(MANAGER)

    market.visit.go(f"/marketplace/app/{market.portal.application.code}/")

    assert "not fully installed yet" in market.page.inner_text("[role=status]")
    assert market.framed_app.posts == []


def test_closed_application_is_a_notice(stage):
    stage.portal.switches.denied_app_users = {MANAGER}
    stage.visit.switch_to(MANAGER)

    stage.visit.go(f"/marketplace/app/{stage.portal.application.code}/")

    assert "Access denied" in stage.page.inner_text("[role=status]")
    assert stage.framed_app.posts == []


def test_only_administrators_are_offered_the_installation(market):
    market.visit.switch_to(MANAGER)

    market.visit.go("/marketplace/")

    assert market.page.get_by_role("button", name="Install").count() == 0
    assert "Only an administrator" in market.page.inner_text("main")


def test_installer_does_not_finish_for_a_person_who_lost_the_rights(stage):
    stage.portal.install_app(ADMIN)
    installer = stage.visit.open_application()
    stage.visit.switch_to(MANAGER)

    stage.play(installer, "install_finish")
    stage.page.wait_for_url("**install_finished=Y")

    assert not stage.portal.installation.is_finished


@pytest.mark.parametrize("is_clean", [True, False])
def test_uninstall_asks_whether_to_delete_data(is_clean, stage):
    stage.portal.app_options["kept"] = "yes"
    stage.visit.go("/marketplace/")

    if is_clean:
        stage.page.get_by_label("Delete settings and data").check()
    stage.page.get_by_role("button", name="Uninstall").click()
    stage.page.get_by_role("button", name="Install").wait_for()

    assert stage.portal.installation is None
    assert ("kept" in stage.portal.app_options) is not is_clean


def test_update_brings_the_next_version(stage):
    stage.visit.go("/marketplace/")

    stage.page.get_by_role("button", name="Update to version 2").click()
    stage.page.get_by_text("Version 2. Installed.").wait_for()

    assert stage.portal.installation.version == 2


def test_reinstallation_opens_the_installer_and_keeps_the_bindings(stage):
    bindings = list(stage.portal.installation.placements)
    stage.visit.go("/marketplace/")

    stage.page.get_by_role("button", name="Re-install").click()
    stage.visit.frame()

    assert paths(stage) == ["/install"]
    assert stage.portal.installation.placements == bindings


def test_access_can_be_taken_from_a_person(stage):
    stage.visit.go("/marketplace/")

    stage.page.get_by_label("Marta Lindqvist").uncheck()
    stage.page.get_by_role("button", name="Save access").click()
    stage.page.wait_for_load_state()

    assert not stage.portal.has_app_access(MANAGER)
    assert stage.portal.has_app_access(ADMIN)


def test_own_page_hands_its_query_to_the_application(stage):
    stage.visit.open_application("?page=help")

    assert stage.framed_app.posts[0].fields["PLACEMENT_OPTIONS"] == '{"page":"help"}'


def test_own_page_without_a_query_posts_no_options(stage):
    frame = stage.visit.open_application()
    stage.say(frame, f"getInitData::c:{RECORDED_SID}")

    assert "PLACEMENT_OPTIONS" not in stage.framed_app.posts[0].fields
    assert stage.reply(frame).endswith('"PLACEMENT":"DEFAULT","PLACEMENT_OPTIONS":""}')


def test_user_and_language_are_switched_in_the_header(stage):
    stage.visit.go("/crm/deal/details/8061/")

    with stage.page.expect_navigation():
        stage.page.get_by_label("Signed in as").select_option("7")
    with stage.page.expect_navigation():
        stage.page.get_by_label("Interface language").select_option("de")
    stage.page.get_by_role("tab", name="Payments").click()
    stage.visit.frame()

    post = stage.framed_app.posts[0]
    assert "LANG=de" in post.query
    assert stage.portal.tokens.by_access(post.fields["AUTH_ID"]).user_id == MANAGER


@pytest.mark.parametrize("path", ["/marketplace/install/", "/bitrix/tools/switch_user.php"])
def test_foreign_pages_cannot_post_to_the_portal(path, stage):
    answer = stage.page.request.post(stage.portal.origin + path, form={"user": "7", "sessid": "x"})

    assert answer.status == 403
