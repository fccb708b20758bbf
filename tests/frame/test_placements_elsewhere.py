"""Row menus, toolbars and links open the application as the documentation shows it.

Source: REST contract e.28, embedding 2.9.
"""

from __future__ import annotations

import json

import pytest

from b24app.simulator.portal_state.application import Placement
from tests.support.base_stage import MANAGER
from tests.witness.documented import example

DEAL_PAGE = "/crm/deal/details/8061/"


@pytest.fixture
def bind(portal, framed_app):
    """Return a function that binds a placement to the application."""

    def bound(code):
        number = portal.next_binding_id()
        handler = f"{framed_app.origin}/placement"
        portal.installation.placements.append(Placement(number, code, handler, "Payments here"))

    return bound


def options_of(post):
    return json.loads(post.fields["PLACEMENT_OPTIONS"])


def posted(visit):
    """Wait, in a with statement, for what is posted to the application and answered by it."""
    return visit.page.expect_response("**/placement?*")


def choose(visit, button):
    menu = visit.page.get_by_label(button, exact=True)
    menu.click()
    visit.page.locator("details[open]").get_by_text("Payments here").click()


@pytest.mark.parametrize(
    ("code", "path", "button", "stem", "value"),
    [
        ("CRM_DEAL_LIST_MENU", "/crm/deal/list/", "Menu of Showroom lighting, phase 2",
         "post.list-menu", "8061"),
        ("CRM_SMART_INVOICE_LIST_MENU", "/crm/type/31/list/category/0/",
         "Menu of Invoice for phase 2", "post.list-menu", "512"),
        ("CRM_DEAL_DETAIL_TOOLBAR", DEAL_PAGE, "Applications and knowledge base", "post.toolbar",
         "8061"),
        ("CRM_SMART_INVOICE_DETAIL_TOOLBAR", "/crm/type/31/details/512/",
         "Applications and knowledge base", "post.toolbar.invoice", "512"),
    ],
)  # fmt: skip
def test_menus_post_the_documented_options(
    visit, framed_app, bind, code, path, button, stem, value
):
    bind(code)
    visit.go(path)

    with posted(visit):
        choose(visit, button)

    documented = json.loads(example(stem)["request"]["body"]["PLACEMENT_OPTIONS"])
    post = framed_app.posts[0]
    assert post.fields["PLACEMENT"] == code
    assert options_of(post) == dict(zip(documented, (value, path), strict=True))


def test_a_menu_of_invoices_can_be_without_the_id(visit, framed_app, bind, portal):
    bind("CRM_SMART_INVOICE_LIST_MENU")
    portal.switches.has_list_ids = False
    visit.go("/crm/type/31/list/category/0/")

    with posted(visit):
        choose(visit, "Menu of Invoice for phase 2")

    documented = example("post.list-menu.no-id")["request"]["body"]["PLACEMENT_OPTIONS"]
    assert options_of(framed_app.posts[0]) == json.loads(documented)


def test_a_link_brings_its_parameters_and_where_it_was_clicked(visit, framed_app, bind, portal):
    bind("REST_APP_URI")
    link = f"/marketplace/view/{portal.application.code}/?params[payment]=1036&other=1"
    portal.crm.write_comment((2, 8061), 7, f"Paid: [URL={link}]3653/1[/URL]", portal.clock.now())
    visit.go(DEAL_PAGE)

    with posted(visit):
        visit.page.get_by_label("Timeline").get_by_role("link", name="3653/1").click()

    post = framed_app.posts[0]
    assert post.fields["PLACEMENT"] == "REST_APP_URI"
    assert options_of(post) == {"payment": "1036", "URI": DEAL_PAGE}


def test_the_writer_of_a_link_chooses_even_the_address(visit, framed_app, bind, portal):
    bind("REST_APP_URI")

    with posted(visit):
        visit.go(f"/marketplace/view/{portal.application.client_id}/?params[URI]=/somewhere/")

    assert options_of(framed_app.posts[0]) == {"URI": "/somewhere/"}


def test_only_sliders_of_older_lists_deny_their_size(visit, bind):
    for code in ("CRM_DEAL_LIST_MENU", "CRM_DEAL_DETAIL_TOOLBAR"):
        bind(code)
    visit.go("/crm/deal/list/")
    choose(visit, "Menu of Showroom lighting, phase 2")
    frame = visit.frame(".side-panel")
    frame.evaluate("""() => {
      say(`resizeWindow:{"width":"100%","height":700}:early:${window.name.split("|")[2]}`);
      say(`getInterface::late:${window.name.split("|")[2]}`);
    }""")
    frame.wait_for_function("() => inbox.length > 0")

    [answer] = frame.evaluate("() => inbox.map((one) => one.data)")
    assert answer.startswith("late:")
    assert "reloadData" in answer


def test_a_menu_is_absent_without_access_to_the_application(visit, bind, portal):
    bind("CRM_DEAL_DETAIL_TOOLBAR")
    portal.switches.denied_app_users.add(MANAGER)
    visit.switch_to(MANAGER)

    visit.go(DEAL_PAGE)

    visit.page.get_by_role("tab", name="General").wait_for()
    assert visit.page.get_by_label("Applications and knowledge base").count() == 0
