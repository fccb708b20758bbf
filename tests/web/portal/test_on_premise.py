"""Portals outside of the vendor's domains: any host name, any port, in whatever letters."""

from __future__ import annotations

from functools import partial

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from b24app.bitrix.oauth.oauth_answers import grant_from
from b24app.simulator.portal_state.state import PortalState
from b24app.storage import portals
from tests.support.app_page import open_page, save
from tests.support.stage import ADMIN, DEAL, MANAGER, PORTAL, Tab, token_in

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


# Hosts that browsers write otherwise than people do, or cannot name at all.

UNICODE, PUNYCODE = "Портал.example:8443", "xn--80awhdgm.example:8443"
UNNAMEABLE = ("my_portal.example", "a.my_portal.example:8443", "portal_1", "portal.example.")


@pytest.fixture
def unicode_portal(bare_stage):
    bare_stage.portal.move(UNICODE)
    bare_stage.adapter.clients[PUNYCODE] = bare_stage.adapter.clients.pop(PORTAL)
    return bare_stage


def endpoint_of(stage):
    with stage.database.reading() as session:
        stored = portals.find(session, stage.portal.member_id)
    return stored.client_endpoint if stored else None


def exchanges(stage):
    return [one for one in stage.portal.recorder.requests if one.path == "/oauth/token/"]


@pytest.mark.parametrize("domain", [UNICODE, UNICODE.lower(), PUNYCODE])
def test_a_host_in_unicode_is_stored_and_framed_as_browsers_write_it(unicode_portal, domain):
    stage = unicode_portal

    installer = stage.install()

    assert endpoint_of(stage) == f"http://{PUNYCODE}/rest/"
    assert ancestors(installer) == f"http://{PUNYCODE}"
    stage.forget_calls()
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    shell = stage.frame("/placement", fields, DOMAIN=domain)
    assert ancestors(shell) == f"http://{PUNYCODE}"
    assert f'data-portal-origin="http://{PUNYCODE}"' in shell.text
    # It is the portal's own address, so nothing has to be proven about a move.
    assert exchanges(stage) == []
    assert Tab(stage, token_in(shell)).show().status_code == 200


def test_an_address_that_was_stored_in_unicode_heals_at_the_next_opening(unicode_portal):
    stage = unicode_portal
    stage.install()
    with stage.database.transaction() as session:
        portals.move(session, stage.portal.member_id, f"http://{UNICODE}/rest/", stage.deps.clock())

    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    shell = stage.frame("/placement", fields, DOMAIN=PUNYCODE)

    assert ancestors(shell) == f"http://{PUNYCODE}"
    assert endpoint_of(stage) == f"http://{PUNYCODE}/rest/"


def test_an_administrator_signs_in_at_a_host_in_unicode(unicode_portal):
    unicode_portal.install()

    answer = unicode_portal.client.get("/oauth/start", query_string={"domain": UNICODE})

    assert answer.status_code == 302
    assert answer.location.startswith(f"http://{PUNYCODE}/oauth/authorize/")


@pytest.mark.parametrize("host", UNNAMEABLE)
def test_a_host_that_no_browser_can_name_gets_a_clear_page_at_installation(bare_stage, host):
    bare_stage.portal.install_app()

    answer = bare_stage.frame("/install", bare_stage.post_fields(ADMIN), DOMAIN=host)

    assert answer.status_code == 422
    assert "This address cannot show apps" in answer.text
    assert "Nothing was installed" in answer.text
    assert "Bearer" not in answer.text
    assert ancestors(answer) != "'none'"
    assert exchanges(bare_stage) == []
    assert endpoint_of(bare_stage) is None


@pytest.mark.parametrize("host", UNNAMEABLE)
def test_a_portal_that_calls_itself_so_is_not_installed_either(bare_stage, host):
    bare_stage.portal.install_app()
    bare_stage.portal.move(host)

    answer = bare_stage.frame("/install", bare_stage.post_fields(ADMIN))

    assert answer.status_code == 422
    assert "This address cannot show apps" in answer.text
    assert endpoint_of(bare_stage) is None


def test_a_portal_that_moved_to_such_a_host_reads_why_there_is_no_tab(stage):
    host = "my_portal.example"
    with stage.database.transaction() as session:
        portals.move(session, stage.portal.member_id, f"http://{host}/rest/", stage.deps.clock())

    for path, placement in (("/placement", DEAL), ("/", "DEFAULT")):
        fields = stage.post_fields(MANAGER, placement, {"ID": "8061"})
        answer = stage.frame(path, fields, DOMAIN=host)

        assert answer.status_code == 422
        assert "This address cannot show apps" in answer.text
        assert ancestors(answer) == "http://*.example"


def test_a_portal_without_https_reads_why_it_is_not_installed(bare_stage, monkeypatch):
    """Only where nobody trusts local portals, as here in all other tests."""
    in_production = partial(_grant_in_production, grant_from)
    monkeypatch.setattr("b24app.bitrix.oauth.server.grant_from", in_production)
    bare_stage.portal.install_app()

    answer = bare_stage.frame("/install", bare_stage.post_fields(ADMIN))

    assert answer.status_code == 422
    assert "Your Bitrix24 has no secure connection" in answer.text
    assert ancestors(answer) == f"http://{PORTAL}"
    assert endpoint_of(bare_stage) is None


def _grant_in_production(read, answer, now, *, trust_local):
    assert trust_local
    return read(answer, now, trust_local=False)


# A portal that was moved to another folder of its host: no post tells of it.


class Folder:
    """What an on-premise host answers whose portal lives in a folder now."""

    def __init__(self, portal):
        self.portal = portal

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if not path.startswith("/crm/"):
            location = f"http://{PORTAL}/crm{path}"
            return Response("", 302, {"Location": location})(environ, start_response)
        return self.portal({**environ, "PATH_INFO": path.removeprefix("/crm")}, start_response)


def test_a_portal_in_another_folder_of_its_host_is_found_at_the_next_opening(stage, monkeypatch):
    stage.adapter.clients[PORTAL] = Client(Folder(stage.adapter.clients[PORTAL].application))
    # The authorization server knows where it is.
    monkeypatch.setattr(PortalState, "client_endpoint", f"http://{PORTAL}/crm/rest/")
    tab = stage.open()

    tab.show()

    assert tab.answer.status_code == 502
    assert "Your Bitrix24 has a new address" in tab.answer.text
    assert "Close this card and open it again" in tab.answer.text
    stage.work_off()
    assert endpoint_of(stage) == f"http://{PORTAL}/crm/rest/"
    assert 'data-payment-id="1039"' in stage.tab().answer.text
