"""A line on a document that the card does not list is not called one of another card."""

from __future__ import annotations

from b24app.simulator.portal_state import sale
from tests.support.acts import COURIER_LINE


def test_a_line_without_a_delivery_service_is_not_called_of_another_card(writing_stage):
    crm = writing_stage.portal.crm
    line = crm.items[int(COURIER_LINE.rsplit("/", 1)[1])]
    # The list leaves such a document out as if it was not there.
    line.entity_id = 999_999
    sale.recalculate(crm, crm.payments[line.payment_id])
    tab = writing_stage.tab()

    text = tab.get("/payments/details", ids=str(line.payment_id), rows=11).text

    assert "Delivery that Bitrix24 does not list: without a service" in text
    assert "Bitrix24 does not list this delivery" in tab.get("/payments/export.csv").text
