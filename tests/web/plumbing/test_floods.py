"""No count of failed proofs is a weapon (decisions 29).

Every flood comes from the address that its victims share, as when a web page makes the browsers of
an office send it: whoever can prove something is served all the same.
"""

from __future__ import annotations

import pytest

from tests.support.app_page import open_page
from tests.support.events import post
from tests.support.floods import (
    BEFORE_ANY_PORTAL,
    FLOODS,
    forged_codes,
    use_small_figures,
)
from tests.support.login import Browser
from tests.support.stage import ADMIN, DEAL, MANAGER, PORTAL

OWN = f"http://{PORTAL}"


@pytest.fixture(autouse=True)
def _small_figures(monkeypatch):
    use_small_figures(monkeypatch)


# What people and portals do meanwhile. Each answers whether it was served.


def is_read(_stage, tab):
    return tab.show().status_code == 200


def is_written(_stage, tab):
    return tab.post("/payments/1038/pay").status_code == 200


def is_opened(stage, _tab):
    return stage.tab(MANAGER).answer.status_code == 200


def is_session_renewed(stage, tab):
    token = stage.portal.issue_tokens(MANAGER)
    fields = {"AUTH_ID": token.access_token, "REFRESH_ID": token.refresh_token}
    headers = {"Authorization": f"Bearer {tab.token}"}
    return stage.client.post("/session", data=fields, headers=headers).status_code == 200


def are_settings_shown(stage, _tab):
    return open_page(stage).get("/settings", first="1").status_code == 200


def is_installed_again(stage, _tab):
    return stage.frame("/install", stage.post_fields(ADMIN)).status_code == 200


def is_moved(stage, _tab):
    """A portal was renamed: the first colleague who opens a card tells us, and is believed."""
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    stage.portal.move("portal.moved.example:8024")
    answer = stage.frame("/placement", fields, DOMAIN="portal.moved.example:8024")
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    stage.portal.move(PORTAL)
    back = stage.frame("/placement", fields)
    return answer.status_code == back.status_code == 200


def is_signed_in_outside(stage, _tab):
    browser = Browser(stage)
    answer = browser.get("/oauth/callback", **browser.log_in(browser.start()))
    return answer.status_code == 200


def is_uninstall_heard(stage, _tab):
    return post(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}).status_code == 200


VICTIMS = [
    is_read,
    is_written,
    is_opened,
    is_session_renewed,
    are_settings_shown,
    is_installed_again,
    is_moved,
    is_signed_in_outside,
    is_uninstall_heard,
]


UNPROVABLE = {forged_codes: {is_signed_in_outside}}
"""A login outside of Bitrix24 is proven by its code alone. No web page can make a browser send
invented ones; whoever runs a program in the same network can, and for that minute nobody signs in
from there."""


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: flood.__name__)
def test_a_flood_keeps_nobody_out_who_can_prove_something(stage, flood):
    tab = stage.tab(MANAGER)

    flood(stage)

    kept_out = {victim for victim in VICTIMS if not victim(stage, tab)}
    assert kept_out == UNPROVABLE.get(flood, set())


@pytest.mark.parametrize("flood", BEFORE_ANY_PORTAL, ids=lambda flood: flood.__name__)
def test_a_flood_keeps_no_new_portal_out(bare_stage, flood):
    stage = bare_stage
    stage.portal.install_app()

    flood(stage)

    page = stage.client.post(
        "/install",
        query_string={"DOMAIN": PORTAL, "PROTOCOL": "0", "LANG": "en"},
        data=stage.post_fields(ADMIN),
        headers={"Origin": OWN},
    )
    assert page.status_code == 200
