"""The settings of a portal that falls silent: nobody waits longer than 15 seconds."""

from __future__ import annotations

from tests.support.app_page import open_page, save


def test_a_save_on_a_silent_portal_ends_within_fifteen_seconds(stage):
    open_page(stage).get("/settings", first=1)
    stage.advance(3700)
    page = open_page(stage)
    stage.adapter.wait = lambda seconds: setattr(stage, "ticks", stage.ticks + seconds)
    for method in ("sale.paysystem.list", "placement.bind"):
        stage.portal.faults.add(method, "silent", times=9)
    started = stage.ticks

    save(page, card=["deals", "invoices", "contacts"])

    assert page.answer.status_code == 200
    assert "Contacts: the tab could not be added." in page.answer.text
    assert 5 < stage.ticks - started <= 14.5


def test_showing_the_settings_of_a_silent_portal_ends_within_fifteen_seconds(stage):
    stage.advance(3700)
    page = open_page(stage)
    stage.adapter.wait = lambda seconds: setattr(stage, "ticks", stage.ticks + seconds)
    stage.portal.faults.add("batch", "silent")
    stage.portal.faults.add("sale.paysystem.list", "silent", times=9)
    started = stage.ticks

    page.get("/settings", first=1)

    assert page.answer.status_code == 200
    assert "could not be read" in page.answer.text
    assert 5 < stage.ticks - started <= 14.5
