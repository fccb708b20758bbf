"""When a portal is asked for a public link: asking may set up its shop, so it takes a click."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from b24app.services.directories import shop_site
from tests.support.acts import ACTS
from tests.support.stage import MANAGER, READER

LINK = "salescenter.payment.getPublicUrl"
DAY = 24 * 3600


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def is_asked_ahead(answer):
    return "data-ahead" in answer.text


def test_nothing_is_asked_ahead_where_no_link_was_ever_asked_for(stage):
    stage.portal.switches.shop = "never_used"

    tab = stage.tab()
    tab.get("/payments/details", ids="1039,1038,1037,1036", rows=11)
    tab.get("/payments/allocation")
    tab.show(refresh="1")

    assert not is_asked_ahead(tab.answer)
    assert "Bitrix24 may set up its payment page first" in tab.answer.text
    assert stage.asked(LINK) == []
    assert stage.portal.switches.shop == "never_used"


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_no_write_asks_for_a_link(stage, act):
    stage.portal.switches.shop = "never_used"

    act.send(stage.tab(), None)

    assert stage.asked(LINK) == []
    assert stage.portal.switches.shop == "never_used"


def test_a_click_sets_up_the_shop_and_says_to_try_again(stage):
    stage.portal.switches.shop = "never_used"
    tab = stage.tab()

    first = tab.get("/payments/1039/link")
    assert first.status_code == 422
    assert "It may be setting one up: try again in a minute" in first.text
    assert not is_asked_ahead(tab.show())

    second = tab.get("/payments/1039/link")
    assert second.status_code == 200
    assert is_asked_ahead(tab.show())
    assert "Bitrix24 may set up its payment page first" not in tab.answer.text


def test_a_link_that_came_is_known_for_thirty_days_to_everybody_on_this_portal(stage):
    stage.tab().get("/payments/1039/link")

    for seconds, is_known in ((30 * DAY - 1, True), (1, False)):
        stage.advance(seconds)
        assert is_asked_ahead(stage.tab(READER).answer) is is_known
        assert is_asked_ahead(stage.tab(MANAGER, 8062).answer) is is_known


@pytest.mark.parametrize("shop", ["no_site", "phone_not_confirmed", "unavailable", "no_module"])
def test_the_last_request_counts(stage, shop):
    tab = stage.tab()
    tab.get("/payments/1039/link")
    stage.portal.switches.shop = shop
    tab.get("/payments/1038/link")

    assert not is_asked_ahead(tab.show())

    stage.portal.switches.shop = "ready"
    tab.get("/payments/1038/link")

    assert is_asked_ahead(tab.show())


def test_what_is_known_of_one_portal_says_nothing_of_another(stage):
    now = stage.deps.clock()
    with stage.database.transaction() as session:
        shop_site.note(session, stage.portal.member_id, shop_site.FOUND, now)

    with stage.database.reading() as session:
        here = shop_site.last_outcome(session, stage.portal.member_id)
        elsewhere = shop_site.last_outcome(session, "another")
    assert shop_site.is_known_to_be_open(here, now)
    assert not shop_site.is_known_to_be_open(elsewhere, now)


@pytest.mark.parametrize("batch_refused", [[], ["crm.", "salescenter."]], ids=["batch", "alone"])
def test_each_payment_gets_its_own_link_and_no_two_are_asked_together(stage, batch_refused):
    stage.portal.switches.batch_refused = batch_refused
    tab = stage.tab()
    stage.forget_calls()

    for payment in (1036, 1037, 1038, 1039):
        text = tab.get(f"/payments/{payment}/link").text
        short = text.partition('type="text" value="')[2].partition('"')[0]
        url = stage.portal.short_links[short.rpartition("~")[2]]
        assert parse_qs(urlsplit(url).query)["paymentId"] == [str(payment)]

    for request in stage.http_calls:
        asked = [one for one in request.commands if one.method == LINK.lower()]
        assert len(asked) <= 1
