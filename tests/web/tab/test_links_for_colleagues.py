"""The link that opens a payment for colleagues: where it stands, and that it leads there."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from b24app.storage import settings
from tests.support.acts import SMALL
from tests.support.stage import ADMIN, MANAGER, Tab, token_in


@pytest.fixture
def switch(stage):
    def switch(**data):
        with stage.database.transaction() as session:
            settings.save(
                session,
                stage.portal.member_id,
                {"tabs": {"deals": True, "links": True}, **data},
                updated_by=ADMIN,
                now=stage.portal_clock.now(),
            )

    return switch


def details(stage):
    return stage.tab().get(f"/payments/{SMALL}/details").text


def options_of(link):
    pairs = dict(parse_qsl(urlsplit(link).query))
    return {name.removeprefix("params[").removesuffix("]"): value for name, value in pairs.items()}


def test_details_have_no_link_at_first(stage):
    assert "Link for colleagues" not in details(stage)


def test_the_copied_link_opens_the_payment_for_somebody_else(stage, switch):
    switch()
    found = re.search(r'data-copy-text="(http[^"]+/marketplace/view/[^"]+)"', details(stage))
    assert found is not None
    link = html.unescape(found[1])

    assert link.startswith(stage.portal.origin)
    assert options_of(link) == {
        "entityTypeId": "2",
        "entityId": "8061",
        "payment": str(SMALL),
    }
    fields = stage.post_fields(ADMIN, "REST_APP_URI", options_of(link))
    shell = stage.frame("/placement", fields)
    tab = Tab(stage, token_in(shell))
    page = tab.get("/payments", first="1", apart="1", payment=str(SMALL))
    assert re.search(rf'id="payment-{SMALL}"[^>]*data-asked-for', page.text)


@pytest.mark.parametrize("is_on", [True, False])
def test_a_comment_links_its_payment_only_if_links_are_on(stage, switch, is_on):
    switch(comment_in_timeline=True, tabs={"deals": True, "links": is_on})
    stage.portal.switches.missing_methods = {"crm.timeline.logmessage.*"}

    stage.tab(MANAGER).post(f"/payments/{SMALL}/pay")

    [comment] = stage.portal.crm.comments
    assert ("[URL=/marketplace/view/" in comment.text) is is_on
    if is_on:
        path = comment.text.partition("[URL=")[2].partition("]")[0]
        assert options_of(path)["payment"] == str(SMALL)
        assert "[" not in path
