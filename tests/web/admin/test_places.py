"""The places beside the tabs: switched on and off in the settings, and looked at by Diagnostics."""

from __future__ import annotations

import re

import pytest

from b24app.simulator.portal_state.application import Placement
from b24app.storage import settings
from tests.support.app_page import bound_codes, open_page, save
from tests.support.stage import DEAL, INVOICE, MANAGER

TABS = ["deals", "invoices"]
CODES = {
    "deal_list": ["CRM_DEAL_LIST_MENU"],
    "invoice_list": ["CRM_SMART_INVOICE_LIST_MENU"],
    "toolbar": ["CRM_DEAL_DETAIL_TOOLBAR", "CRM_SMART_INVOICE_DETAIL_TOOLBAR"],
    "links": ["REST_APP_URI"],
}
ALL = sorted({DEAL, INVOICE, *(code for codes in CODES.values() for code in codes)})
LINKS = "REST_APP_URI"


@pytest.fixture
def page(stage):
    return open_page(stage)


def bind_by_hand(stage, code, handler):
    number = stage.portal.next_binding_id()
    stage.portal.installation.placements.append(Placement(number, code, handler, "Payments"))


def handler_of(stage):
    return stage.deps.app_url + "/placement"


def saved(stage):
    with stage.database.reading() as session:
        return settings.load(session, stage.portal.member_id)["tabs"]


def diagnosed(page):
    """The line about the places."""
    text = page.get("/settings/diagnostics", fresh="1").text
    start = text.index("<b>Also open payments from</b>")
    return text[start : text.index("</li>", start)]


def test_nothing_beside_the_tabs_is_bound_at_first(stage, page):
    assert bound_codes(stage) == [DEAL, INVOICE]
    assert "None is switched on in the settings." in diagnosed(page)


@pytest.mark.parametrize(("key", "codes"), CODES.items())
def test_each_place_is_bound_and_unbound_by_its_check_box(stage, page, key, codes):
    answer = save(page, card=[*TABS, key])

    assert answer.status_code == 200
    assert bound_codes(stage) == sorted([DEAL, INVOICE, *codes])
    assert {one.handler for one in stage.portal.installation.placements} == {handler_of(stage)}
    assert "payments can be opened from there now" in answer.text
    assert saved(stage)[key] is True

    answer = save(page, card=TABS)

    assert bound_codes(stage) == [DEAL, INVOICE]
    assert "payments cannot be opened from there any more" in answer.text


def test_all_places_travel_in_one_batch_with_the_tabs(stage, page):
    page.get("/settings")
    stage.forget_calls()

    save(page, card=[*TABS, *CODES])

    assert bound_codes(stage) == ALL
    binding = [one for one in stage.http_calls if "placement.bind" in str(one.commands)]
    assert len(binding) == 1


def test_saving_twice_binds_nothing_twice(stage, page):
    save(page, card=[*TABS, *CODES])
    save(page, card=[*TABS, *CODES])

    assert bound_codes(stage) == ALL


def test_a_new_title_reaches_every_place(stage, page):
    save(page, card=[*TABS, *CODES])

    save(page, card=[*TABS, *CODES], **{"title-en": "Money"})

    assert {one.title_in("en") for one in stage.portal.installation.placements} == {"Money"}
    assert bound_codes(stage) == ALL


def test_a_card_that_is_not_there_any_more_is_named_where_the_focus_goes(stage, page):
    answer = save(page, card=[*TABS, "gone"])

    assert answer.status_code == 422
    assert 'id="card-error">One of the cards does not exist here' in answer.text
    assert re.search(r'<section[^>]* id="cards"[^>]* aria-describedby="card-error"', answer.text)
    assert bound_codes(stage) == [DEAL, INVOICE]


def test_one_refusal_leaves_its_place_off_and_the_others_on(stage, page):
    page.get("/settings")
    stage.portal.switches.missing_placements = {"CRM_DEAL_LIST_MENU"}

    answer = save(page, card=[*TABS, "deal_list", "links"])

    assert bound_codes(stage) == sorted([DEAL, INVOICE, LINKS])
    assert saved(stage)["links"] is True
    assert saved(stage)["deal_list"] is False
    assert "Deal list: it could not be added. Bitrix24 has no such card or place" in answer.text


def test_a_toolbar_of_which_one_half_was_refused_is_on_and_repair_adds_the_rest(stage, page):
    page.get("/settings")
    stage.portal.faults.add("placement.bind", "false", times=1)

    answer = save(page, card=[*TABS, "toolbar"])

    assert "it could not be added" in answer.text
    assert len(bound_codes(stage)) == 3
    assert saved(stage)["toolbar"] is True
    assert "Missing or leading elsewhere: Toolbar of" in diagnosed(page)

    page.post("/settings/repair")

    assert bound_codes(stage) == sorted([DEAL, INVOICE, *CODES["toolbar"]])
    assert "All there: Toolbar of" in diagnosed(page)


# What a portal does not have.


def test_a_place_that_the_portal_lacks_has_no_check_box_and_a_reason(stage, page):
    stage.portal.switches.missing_placements = {"CRM_SMART_INVOICE_*"}

    text = page.get("/settings").text

    assert "Deal list" in text
    assert "Invoice list" not in text
    assert "Toolbar" in text
    found = diagnosed(page)
    assert "Not in this Bitrix24, so not offered in the settings: Toolbar of invoices" in found
    assert "Invoice list" in found


def test_the_toolbar_of_deals_alone_is_bound_where_invoices_have_none(stage, page):
    stage.portal.switches.missing_placements = {"CRM_SMART_INVOICE_DETAIL_TOOLBAR"}

    answer = save(page, card=[*TABS, "toolbar"])

    assert answer.status_code == 200
    assert "could not" not in answer.text
    assert bound_codes(stage) == sorted([DEAL, INVOICE, "CRM_DEAL_DETAIL_TOOLBAR"])
    assert "Missing" not in diagnosed(page)


def test_a_portal_with_no_place_at_all_is_as_before(stage, page):
    stage.portal.switches.missing_placements = {"CRM_*_LIST_MENU", "CRM_*_TOOLBAR", LINKS}

    assert "Also open payments from" not in page.get("/settings").text
    assert save(page, card=["deals"]).status_code == 200
    assert bound_codes(stage) == [DEAL]


def test_a_portal_without_placement_list_still_shows_and_saves_the_settings(stage, page):
    stage.portal.switches.missing_methods = {"placement.list"}

    text = page.get("/settings").text
    answer = save(page, card=[*TABS, "links"])

    assert "Links to payments" in text
    assert answer.status_code == 200
    assert LINKS in bound_codes(stage)


def test_a_choice_that_is_not_offered_is_refused(stage, page):
    stage.portal.switches.missing_placements = {"CRM_DEAL_LIST_MENU"}

    answer = save(page, card=[*TABS, "deal_list"])

    assert answer.status_code == 422
    assert bound_codes(stage) == [DEAL, INVOICE]


# Addresses, repair, two administrators, the end.


def test_a_place_at_an_old_address_is_moved_and_never_doubled(stage, page):
    """The place of links takes one handler, the others would have two items (quirk 89)."""
    for code in ALL:
        if code not in {DEAL, INVOICE}:
            bind_by_hand(stage, code, "https://old.example/placement")

    save(page, card=[*TABS, *CODES])

    assert bound_codes(stage) == ALL
    assert {one.handler for one in stage.portal.installation.placements} == {handler_of(stage)}


def test_a_doubled_item_is_told_and_repaired(stage, page):
    save(page, card=[*TABS, "deal_list"])
    bind_by_hand(stage, "CRM_DEAL_LIST_MENU", "https://old.example/placement")

    assert "There twice, once with an old address: Deal list" in diagnosed(page)
    page.post("/settings/repair")

    assert bound_codes(stage).count("CRM_DEAL_LIST_MENU") == 1
    assert "All there: Deal list" in diagnosed(page)


def test_what_somebody_unbound_is_told_and_bound_again(stage, page):
    save(page, card=[*TABS, "links"])
    placements = stage.portal.installation.placements
    placements[:] = [one for one in placements if one.code != LINKS]

    assert "Missing or leading elsewhere: Links to payments" in diagnosed(page)
    page.post("/settings/repair")

    assert LINKS in bound_codes(stage)


def test_what_is_bound_though_switched_off_is_told_and_unbound(stage, page):
    bind_by_hand(stage, LINKS, handler_of(stage))

    assert "There although switched off: Links to payments" in diagnosed(page)
    page.post("/settings/repair")

    assert bound_codes(stage) == [DEAL, INVOICE]


def test_a_second_administrator_is_told_that_the_places_were_changed(stage, page):
    stage.portal.users[MANAGER].is_admin = True
    other = open_page(stage, MANAGER)
    version = {"version": "0" * 16}
    save(page, card=[*TABS, "links"])

    answer = save(other, card=TABS, **version)

    assert answer.status_code == 409
    assert "Links to payments" in answer.text
    assert LINKS in bound_codes(stage)


@pytest.mark.parametrize("is_clean", [False, True])
def test_a_new_installation_has_the_places_that_were_kept(stage, page, is_clean):
    save(page, card=[*TABS, "links", "toolbar"])
    stage.portal.uninstall(is_clean)
    stage.deliver()
    stage.work_off()

    stage.install()

    places = [] if is_clean else [*CODES["toolbar"], LINKS]
    assert bound_codes(stage) == sorted([DEAL, INVOICE, *places])


def test_an_installer_run_again_doubles_no_place(stage, page):
    save(page, card=[*TABS, *CODES])

    stage.install()

    assert bound_codes(stage) == ALL


def test_an_installer_passes_over_what_the_portal_lost(stage, page):
    save(page, card=[*TABS, *CODES])
    stage.portal.switches.missing_placements = {"CRM_DEAL_LIST_MENU"}
    placements = stage.portal.installation.placements
    placements[:] = [one for one in placements if one.code != "CRM_DEAL_LIST_MENU"]

    stage.install()

    assert bound_codes(stage) == [code for code in ALL if code != "CRM_DEAL_LIST_MENU"]
