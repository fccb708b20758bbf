"""A payment without a public link: why there is none, and who can help."""

from __future__ import annotations

import pytest

REASONS = {
    "no_site": "has no shop site yet",
    "phone_not_confirmed": "is not confirmed yet",
    "unavailable": "has no public page for this payment",
    "no_info": "has no public page for this payment",
    "no_module": "has no public page for this payment",
}


@pytest.mark.parametrize("generation", ["new", "old"])
@pytest.mark.parametrize("shop", REASONS)
def test_the_reason_is_told_and_not_what_was_changed(stage, shop, generation):
    stage.portal.switches.shop = shop
    stage.portal.switches.generation = generation

    answer = stage.tab().get("/payments/1039/link")

    assert answer.status_code == 422
    assert REASONS[shop] in answer.text
    assert "administrator" in answer.text
    assert "Nothing was changed" not in answer.text
