"""The card renders the application's frame as a portal does."""

from __future__ import annotations

from urllib.parse import parse_qsl

from tests.frame.recording import RECORDED_CARD
from tests.support.base_stage import ADMIN, MANAGER


def test_nothing_is_loaded_before_the_tab_is_opened(visit, framed_app):
    visit.go("/crm/deal/details/8061/")

    container = visit.page.locator("[data-tab-id^=tab_rest_]")
    assert container.get_attribute("style") == "display: none;"
    assert visit.page.locator("iframe").count() == 0
    assert framed_app.posts == []


def test_frame_has_the_attributes_of_a_portal(visit, recorded):
    frame = visit.open_tab()

    element = frame.frame_element()
    sid = element.get_attribute("id").removeprefix("appframe_")
    expected = recorded["iframe"]
    for name in ("frameborder", "allow", "sandbox", "allowfullscreen", "src"):
        assert element.get_attribute(name) == expected[name], name
    assert element.get_attribute("name") == f"{visit.portal.domain}|0|{sid}"
    wrapper = visit.page.locator(f"#appframe_layout_{sid}")
    assert wrapper.get_attribute("class") == expected["wrapper_class"]
    assert len(sid) == 32


def test_own_page_is_marked_as_default(visit, recorded):
    frame = visit.open_application()

    sid = frame.frame_element().get_attribute("id").removeprefix("appframe_")
    wrapper = visit.page.locator(f"#appframe_layout_{sid}")
    assert wrapper.get_attribute("class") == recorded["iframe"]["wrapper_class_default"]


def test_post_is_the_recorded_one(visit, framed_app, recorded):
    visit.open_tab(RECORDED_CARD)

    post = framed_app.posts[0]
    expected = recorded["frame_post"]
    sent = dict(expected["body"])
    assert [name for name, _ in post.form] == [name for name, _ in expected["body"]]
    assert post.fields["PLACEMENT_OPTIONS"] == sent["PLACEMENT_OPTIONS"]
    assert post.fields["PLACEMENT"] == sent["PLACEMENT"]
    assert post.fields["AUTH_EXPIRES"] == sent["AUTH_EXPIRES"]
    assert post.fields["status"] == sent["status"]
    query = dict(parse_qsl(post.query))
    assert list(query) == ["DOMAIN", "PROTOCOL", "LANG", "APP_SID"]
    assert query["DOMAIN"] == visit.portal.domain
    assert query["PROTOCOL"] == "0"


def test_post_comes_from_another_site_without_cookies(visit, framed_app):
    visit.open_tab()

    headers = framed_app.posts[0].headers
    assert headers["Origin"] == visit.portal.origin
    assert headers["Referer"] == f"{visit.portal.origin}/"
    assert headers["Sec-Fetch-Site"] == "cross-site"
    assert headers["Sec-Fetch-Dest"] == "iframe"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Cookie" not in headers


def test_posted_token_is_one_of_the_person_at_the_browser(visit, framed_app):
    visit.switch_to(MANAGER)

    visit.open_tab()

    token = visit.portal.tokens.by_access(framed_app.posts[0].fields["AUTH_ID"])
    assert token.user_id == MANAGER


def test_on_premise_portal_leaves_three_fields_out(visit, framed_app):
    visit.portal.switches.is_cloud = False

    visit.open_tab()

    absent = {"SERVER_ENDPOINT", "APPLICATION_TOKEN", "APPLICATION_SCOPE"}
    assert absent.isdisjoint(framed_app.posts[0].fields)


def test_second_opening_shows_the_same_frame(visit, framed_app):
    frame = visit.open_tab()
    frame.evaluate("window.mark = 1")

    visit.page.get_by_role("tab", name="General").click()
    assert visit.page.locator("[data-tab-id^=tab_rest_]").is_hidden()
    visit.page.get_by_role("tab", name="Payments").click()

    assert visit.frame().evaluate("window.mark") == 1
    assert len(framed_app.posts) == 1


def test_every_render_has_its_own_sid(visit, framed_app):
    visit.open_tab()
    visit.open_tab()

    first, second = (dict(parse_qsl(post.query))["APP_SID"] for post in framed_app.posts)
    assert first != second


def test_frame_is_invisible_until_it_has_loaded(visit):
    page = visit.page
    held: list = []

    def hold(route):
        held.append(route)

    page.route("**/probe.js", hold)

    visit.go("/crm/deal/details/8061/")
    with page.expect_request("**/probe.js"):
        page.get_by_role("tab", name="Payments").click()
    opacity = page.locator("iframe.app-frame").evaluate("(one) => getComputedStyle(one).opacity")
    is_told = page.locator(".app-loading-msg").is_visible()
    held[0].continue_()
    visit.frame()

    assert opacity == "0"
    assert is_told
    shown = page.locator("iframe.app-frame").evaluate("(one) => getComputedStyle(one).opacity")
    assert shown == "1"
    assert page.locator(".app-loading-msg").count() == 0


def test_tab_starts_at_600_pixels(visit):
    frame = visit.open_tab()

    assert frame.frame_element().bounding_box()["height"] == 600


def test_failed_load_counts_as_loaded(visit, framed_app):
    visit.page.route("**/lazyload.ajax.php*", lambda route: route.fulfill(status=503))
    visit.go("/crm/deal/details/8061/")

    visit.page.get_by_role("tab", name="Payments").click()
    visit.page.get_by_role("tab", name="General").click()
    visit.page.get_by_role("tab", name="Payments").click()

    assert visit.page.locator("iframe").count() == 0
    assert framed_app.posts == []
    # The browser itself logs the failed request.
    visit.page.watch.forget()


def test_tabs_are_hidden_until_the_installation_is_finished(visit):
    visit.portal.installation.is_finished = False

    visit.go("/crm/deal/details/8061/")

    assert visit.page.get_by_role("tab").all_inner_texts() == ["General", "Products"]


def test_tabs_are_hidden_from_people_without_access(visit):
    visit.portal.switches.denied_app_users = {MANAGER}
    visit.switch_to(MANAGER)

    visit.go("/crm/deal/details/8061/")

    assert visit.page.get_by_role("tab").all_inner_texts() == ["General", "Products"]


def test_tab_title_follows_the_language_of_the_person(visit):
    visit.portal.installation.placements[0].lang_all = {"de": {"TITLE": "Zahlungen"}}
    visit.portal.users[ADMIN].language = "de"

    visit.go("/crm/deal/details/8061/")

    assert visit.page.get_by_role("tab", name="Zahlungen").is_visible()


def test_tab_without_a_title_has_the_name_of_the_application(visit):
    visit.portal.installation.placements[0].title = ""

    visit.go("/crm/deal/details/8061/")

    assert visit.page.get_by_role("tab", name=visit.portal.application.name).is_visible()


def test_unsaved_card_has_id_zero(visit, framed_app):
    visit.open_tab("/crm/deal/details/0/")

    assert '"ID":"0"' in framed_app.posts[0].fields["PLACEMENT_OPTIONS"]


def test_person_without_rights_gets_no_card(visit):
    visit.switch_to(12)

    visit.go("/crm/deal/details/8061/")

    assert "Access denied" in visit.page.inner_text("main")
    # The browser itself logs the refused page.
    visit.page.watch.forget()


def test_card_in_a_slider_frames_the_application_in_the_card(visit, framed_app):
    visit.go("/")
    visit.page.get_by_role("link", name="Showroom lighting, phase 2").click()
    card = visit.page.frame_locator(".side-panel__iframe")

    card.get_by_role("tab", name="Payments").click()
    card.locator("iframe.app-frame:not(.app-loading)").wait_for()

    assert "IFRAME_TYPE=SIDE_SLIDER" in framed_app.posts[0].fields["PLACEMENT_OPTIONS"]
    assert visit.page.locator("iframe.app-frame").count() == 0


def test_other_host_name_leads_to_the_portals_own(visit):
    port = visit.portal.domain.partition(":")[2]

    visit.page.goto(f"http://127.0.0.1:{port}/crm/deal/details/8061/?x=1")

    assert visit.page.url == f"{visit.portal.origin}/crm/deal/details/8061/?x=1"
