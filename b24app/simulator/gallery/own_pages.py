"""States of the application's own page: settings, diagnostics, help, and the installer."""

from __future__ import annotations

from b24app.simulator.gallery.state import Deed, State, Step, fault, tab
from b24app.simulator.portal_state.people import ADMIN_ID

OWN = "/marketplace/app/northwind.deal_payments/"
SAVE = "#settings-save"


def _page(
    page: str,
    title: str,
    sees: str,
    says: str = "",
    *steps: Step,
    name: str = "",
    before: tuple[Deed, ...] = (),
    then: str = "",
) -> State:
    return State(
        f"settings-{name or page}",
        title,
        sees,
        says,
        f"{OWN}?page={page}",
        ADMIN_ID,
        before,
        steps=steps,
        then=then,
    )


def _installer(name: str, title: str, sees: str, says: str, *before: Deed) -> State:
    return State(
        name,
        title,
        sees,
        says,
        OWN,
        ADMIN_ID,
        before,
        is_installed=False,
    )


OWN_PAGES = (
    _page("cards", "Settings: cards", "#cards .switch", "Smart"),
    _page("rules", "Settings: rules", "#rules", "Who"),
    _page("defaults", "Settings: defaults", "#message", "What a client gets"),
    _page(
        "activity", "Settings: activity, still empty", "#activity:not([aria-busy])", "Export CSV"
    ),
    _page("diagnostics", "Diagnostics: all is well", "#diagnostics:not([aria-busy])", "Re-check"),
    _page(
        "diagnostics",
        "Diagnostics: with problems",
        "#diagnostics:not([aria-busy])",
        "Repair",
        name="problems",
        before=(tab("CRM_DEAL_DETAIL_TAB", "no"), ("scopes", {"scope": "crm,placement"})),
    ),
    _page(
        "cards",
        "Settings: changed and not saved",
        ".savebar #settings-discard:not([hidden])",
        "",
        "#cards .switch",
        name="changed",
        then="Switch a card on.",
    ),
    _page(
        "rules",
        "Settings: not taken",
        ".field__error",
        "Choose at least one person",
        ("#rules select", "users"),
        SAVE,
        name="refused",
        then="Choose people for a rule, but nobody, and save.",
    ),
    State(
        "settings-failed",
        "Settings that cannot be read",
        ".empty[role=alert]",
        "",
        OWN,
        ADMIN_ID,
        (fault("*", "html"),),
    ),
    State("help", "Help, for everybody else", "#settings:not([data-first-load])", "", OWN),
    _installer(
        "installing",
        "The installer at work",
        "#wizard[aria-busy] .steps .is-now",
        "Keep this page open",
        # The first batch carries out the first steps, before there is a page to see.
        fault("batch", "slow", 9, seconds="6", after="1"),
    ),
    _installer(
        "installer-failed",
        "The installer: a step failed",
        "#wizard-again:is(button)",
        "send this code",
        fault("placement.bind", "html"),
    ),
    _installer(
        "installer-unproven",
        "The installer: nobody confirms it",
        "[role=alert]",
        "did not answer",
        fault("oauth/token", "invalid_token"),
    ),
)
