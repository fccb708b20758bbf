"""Making the portal's tabs what is wanted, on the simulated portal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.bitrix.methods.placements import BoundPlacement
from b24app.services.lifecycle import tab_bindings
from b24app.services.lifecycle.bindings import BoundPortal
from b24app.services.lifecycle.tab_bindings import Change
from b24app.services.settings import Tab
from tests.support.app_page import bound_codes
from tests.support.stage import DEAL, INVOICE

CONTACT, GONE = "CRM_CONTACT_DETAIL_TAB", "CRM_DYNAMIC_4711_DETAIL_TAB"


def tab(placement, title="Payments"):
    return Tab(placement, title, {"en": title})


@pytest.fixture
def apply(stage):
    def apply(*wanted, faults=(), **kwargs):
        portal = BoundPortal(stage.deps, stage.portal.member_id)
        bound = tab_bindings.listed(portal, 4.0)
        for fault in faults:
            stage.portal.faults.add(*fault)
        stage.forget_calls()
        return tab_bindings.apply(portal, wanted, bound, **kwargs)

    return apply


def test_nothing_is_sent_where_nothing_differs(stage, apply):
    usual = stage.deps.manifest.tab_titles

    applied = apply(Tab(DEAL, usual["en"], usual), Tab(INVOICE, usual["en"], usual))

    assert applied.outcomes == ()
    assert stage.http_calls == []


def test_a_title_the_portal_copied_from_its_own_language_is_no_other_title(stage, apply):
    """With titles by language the portal drops TITLE (quirk 97)."""
    titles = {"en": "Money", "de": "Geld"}

    applied = apply(Tab(DEAL, "Money", titles), Tab(INVOICE, "Money", titles))

    assert {one.title for one in stage.portal.installation.placements} == {"Geld"}
    assert [one.is_done for one in applied.outcomes] == [True, True]
    assert apply(Tab(DEAL, "Money", titles), Tab(INVOICE, "Money", titles)).outcomes == ()


@pytest.mark.parametrize(
    ("title", "titles", "is_titled"),
    [
        ("Money", {"en": "Money", "de": "Geld"}, True),
        ("Geld", {"en": "Money", "de": "Geld"}, True),
        # Without titles by language; a language that is none of ours.
        ("Geld", {}, True),
        ("Geld", {"en": "Money", "de": "Geld", "xx": "?"}, True),
        # Bound when it had titles in a few languages only.
        ("Geld", {"de": "Geld"}, False),
        ("Aqsha", {"en": "Money", "de": "Geld", "kz": "Aqsha"}, True),
        ("", {"en": "Money", "de": "Geld"}, True),
        # Renamed since, in one language or in all.
        ("Zahlungen", {}, False),
        ("Money", {"en": "Money", "de": "Zahlungen"}, False),
        ("Payments", {"en": "Payments", "de": "Zahlungen"}, False),
        ("", {}, False),
    ],
)
def test_a_title_is_known_in_every_way_a_portal_lists_it(stage, title, titles, is_titled):
    wanted = Tab(DEAL, "Money", {"en": "Money", "de": "Geld"})
    handler = tab_bindings.handler_of(stage.deps)
    bound = [BoundPlacement(DEAL, handler, title, titles)]

    applied = tab_bindings.apply(BoundPortal(stage.deps, stage.portal.member_id), [wanted], bound)

    assert (applied.outcomes == ()) is is_titled


def test_every_change_travels_in_one_request(stage, apply):
    applied = apply(tab(DEAL, "Money"), tab(CONTACT))

    assert [(one.placement, one.change, one.is_done) for one in applied.outcomes] == [
        (DEAL, Change.RENAME, True),
        (CONTACT, Change.SHOW, True),
        (INVOICE, Change.HIDE, True),
    ]
    assert len(stage.http_calls) == 1
    assert bound_codes(stage) == [CONTACT, DEAL]


def test_applying_twice_leaves_the_same(stage, apply):
    apply(tab(CONTACT))
    again = apply(tab(CONTACT))

    assert again.outcomes == ()
    assert bound_codes(stage) == [CONTACT]


def doubled(stage, code):
    """Bind a tab a second time to the same address, as two installers at the same moment can."""
    bound = stage.portal.installation.placements
    (found,) = [one for one in bound if one.code == code]
    bound.append(replace(found, id=found.id + 1000))


def test_a_tab_that_is_bound_twice_is_there_once_afterwards(stage, apply):
    usual = stage.deps.manifest.tab_titles
    doubled(stage, DEAL)

    applied = apply(Tab(DEAL, usual["en"], usual), Tab(INVOICE, usual["en"], usual))

    assert [(one.placement, one.is_done) for one in applied.outcomes] == [(DEAL, True)]
    assert bound_codes(stage) == [DEAL, INVOICE]


def test_a_tab_that_is_bound_twice_is_hidden_whole(stage, apply):
    usual = stage.deps.manifest.tab_titles
    doubled(stage, DEAL)

    applied = apply(Tab(INVOICE, usual["en"], usual))

    assert [one.is_done for one in applied.outcomes] == [True]
    assert bound_codes(stage) == [INVOICE]


def test_one_refusal_does_not_keep_the_others_from_their_change(stage, apply):
    applied = apply(tab(DEAL), tab(GONE), tab(CONTACT))

    failed = [one for one in applied.outcomes if not one.is_done]
    assert [(one.placement, one.error) for one in failed] == [(GONE, "ERROR_PLACEMENT_NOT_FOUND")]
    assert bound_codes(stage) == [CONTACT, DEAL]


def test_titles_no_batch_can_carry_go_one_by_one_and_the_rest_with_them(stage, apply):
    applied = apply(tab(DEAL, "$RESULT[bound]"), tab(CONTACT))

    assert all(one.is_done for one in applied.outcomes)
    assert all(call.path != "/rest/batch" for call in stage.http_calls)
    assert bound_codes(stage) == [CONTACT, DEAL]


def test_where_nothing_can_be_read_back_nobody_knows(apply):
    faults = [("batch", "close_before", 2), ("placement.get", "close_before", 4)]

    applied = apply(tab(DEAL), tab(INVOICE), tab(CONTACT), faults=faults)

    assert applied.bound is None
    assert [one.is_done for one in applied.outcomes] == [False]


def test_a_lost_answer_is_judged_by_what_the_portal_lists(apply):
    faults = [("placement.bind", "lost")]

    applied = apply(tab(DEAL), tab(INVOICE), tab(CONTACT), faults=faults)

    assert [one.is_done for one in applied.outcomes] == [True]
