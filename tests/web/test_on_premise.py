"""Portals outside of the vendor's domains: any host name, any port, in whatever letters."""

from __future__ import annotations

import pytest

from b24app.storage import portals
from tests.stage import ADMIN, DEAL, MANAGER, PORTAL, Tab, token_in
from tests.web.app_page import open_page, save

HOST = "crm.werk-2.intern:8443"


@pytest.fixture
def on_premise(bare_stage):
    """A portal that writes its own name in capital letters."""
    bare_stage.portal.move(HOST.upper())
    bare_stage.adapter.clients[HOST] = bare_stage.adapter.clients.pop(PORTAL)
    return bare_stage


def ancestors(answer):
    return answer.headers["Content-Security-Policy"].partition("frame-ancestors ")[2]


def test_it_is_installed_framed_and_used_under_its_own_name_and_port(on_premise):
    stage = on_premise

    installer = stage.install()
    with stage.database.reading() as session:
        stored = portals.find(session, stage.portal.member_id)
    assert stored.client_endpoint == f"http://{HOST}/rest/"
    assert ancestors(installer) == f"http://{HOST}"

    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    shell = stage.frame("/placement", fields, DOMAIN=HOST.upper())
    assert ancestors(shell) == f"http://{HOST}"
    assert f'data-portal-origin="http://{HOST}"' in shell.text
    tab = Tab(stage, token_in(shell))
    assert tab.show().status_code == 200
    assert 'data-payment-id="1039"' in tab.answer.text

    page = open_page(stage, ADMIN)
    save(page, card=["deals"])
    assert page.said == "Settings saved"


@pytest.mark.parametrize("domain", [HOST, HOST.upper(), f" {HOST} "])
def test_its_administrator_signs_in_from_outside(on_premise, domain):
    on_premise.install()

    answer = on_premise.client.get("/oauth/start", query_string={"domain": domain})

    assert answer.status_code == 302
    assert answer.location.startswith(f"http://{HOST}/oauth/authorize/")
