"""The sentences about a tab that Bitrix24 did not change."""

from __future__ import annotations

import pytest

from b24app import errors
from b24app.services.lifecycle.tab_bindings import Change, Outcome
from b24app.web.words import settings_words


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (errors.PlacementMissingError, "Bitrix24 has no such card or place any more."),
        (errors.HandlerRefusedError, "Bitrix24 does not accept the address of this app."),
        (
            errors.PortalSilentError,
            "Bitrix24 refused it (ODD_CODE); try again or press Repair in the diagnostics.",
        ),
    ],
)
def test_a_refused_tab_is_told_with_its_reason(writing_stage, kind, reason):
    outcome = Outcome("CRM_DEAL_DETAIL_TAB", Change.SHOW, "ODD_CODE", kind)

    with writing_stage.app.test_request_context():
        said = settings_words.change(outcome, "Deals")

    assert said == f"Deals: the tab could not be added. {reason}"
