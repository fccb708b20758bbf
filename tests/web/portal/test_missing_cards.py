"""Installing on a portal that lacks a card which has the tab by default."""

from __future__ import annotations

from sqlalchemy import select

from b24app.storage.models import Portal
from tests.support.app_page import bound_codes
from tests.support.stage import DEAL, INVOICE
from tests.web.portal.test_installing import run, started


def test_a_portal_without_invoices_is_installed_with_the_tab_on_deals(bare_stage):
    bare_stage.portal.switches.missing_placements = {INVOICE}
    page = started(bare_stage)

    answers = [run(bare_stage, page, step) for step in ("tabs", "events", "finish")]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert bound_codes(bare_stage) == [DEAL]
    with bare_stage.database.reading() as session:
        assert session.scalar(select(Portal.state)) == "active"


def test_a_portal_without_any_of_the_cards_reads_so_in_the_wizard(bare_stage):
    bare_stage.portal.switches.missing_placements = {DEAL, INVOICE}

    answer = run(bare_stage, started(bare_stage), "tabs")

    assert answer.status_code == 422
    assert "Try again" in answer.text
    assert bound_codes(bare_stage) == []
