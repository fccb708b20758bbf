"""The official Python SDK works on the simulator: an outside witness of encoding and answers.

The SDK only speaks https, so the portal and the authorization server get a certificate made here.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl

import pytest
from b24pysdk import Client
from b24pysdk.api.requesters import BitrixOAuthRequester
from b24pysdk.credentials import BitrixApp, BitrixToken
from b24pysdk.errors import BitrixAPIError
from b24pysdk.errors.oauth import BitrixOAuthInvalidGrant
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from b24app.simulator.oauth import create_oauth
from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.server import PortalServer

DEAL = {"entity_type_id": 2, "entity_id": 8061}
ADDRESS = "127.0.0.1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Paths of a self-signed certificate for 127.0.0.1 and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ADDRESS)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ADDRESS))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def state(certificate, monkeypatch):
    """A portal over TLS, installed; the SDK trusts its certificate and finds its server."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    portal_state = PortalState(scheme="https")
    portal_state.install_app()
    portal_state.finish_install(1)
    servers = [
        PortalServer(create_portal(portal_state), 0, tls),
        PortalServer(create_oauth(portal_state), 0, tls),
    ]
    portal_state.domain = f"{ADDRESS}:{servers[0].port}"
    portal_state.oauth_origin = f"https://{ADDRESS}:{servers[1].port}"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    # The SDK's authorization server is a constant of its class.
    for name, path in (("_OAUTH_TOKEN_URL", "/oauth/token/"), ("_APP_INFO_URL", "/rest/app.info/")):
        monkeypatch.setattr(BitrixOAuthRequester, name, portal_state.oauth_origin + path)
    yield portal_state
    for server in servers:
        server.stop()


@pytest.fixture
def token(state):
    """The SDK's token of the manager."""
    issued = state.issue_tokens(7)
    return BitrixToken(
        domain=state.domain,
        auth_token=issued.access_token,
        refresh_token=issued.refresh_token,
        bitrix_app=BitrixApp(
            client_id=state.application.client_id,
            client_secret=state.application.client_secret,
        ),
    )


@pytest.fixture
def item(token):
    return Client(token).crm.item


def test_payments_are_listed_read_made_changed_and_deleted(item):
    payment = item.payment
    assert [row["id"] for row in payment.list(**DEAL, filter={"paid": "N"}).result] == [1038, 1039]

    made = payment.add(**DEAL).result
    assert payment.update(made, {"paySystemId": 7}).result is True
    assert payment.pay(made).result is True
    assert payment.get(made).result["paid"] == "Y"
    assert payment.unpay(made).result is True
    assert payment.delete(made).result is True
    assert made not in {row["id"] for row in payment.list(**DEAL).result}


def test_items_are_added_counted_and_removed(item):
    product = item.payment.product
    made = product.add(payment_id=1038, row_id=17610, quantity=2.0).result
    assert product.set_quantity(made, 3.0).result is True

    rows = product.list(payment_id=1038, filter={"@id": [made]}).result

    assert [(row["rowId"], row["quantity"]) for row in rows] == [(17610, 3)]
    assert product.delete(made).result is True


def test_deliveries_are_added_reassigned_and_removed(item):
    delivery = item.payment.delivery
    made = delivery.add(payment_id=1038, delivery_id=4074).result
    assert delivery.set_delivery(made, 4073).result is True

    [link] = delivery.list(payment_id=1038, filter={">=quantity": 1}).result

    assert link["deliveryId"] == 4073
    assert delivery.delete(made).result is True
    assert item.delivery.get(4073).result in item.delivery.list(**DEAL).result


def test_product_rows_and_the_public_link(item, token):
    rows = item.productrow.get_available_for_payment(owner_id=8061, owner_type="D").result
    link = Client(token).salescenter.payment.get_public_url(1038).result

    assert [row["id"] for row in rows["productRows"]] == [17610, 17611]
    assert link["payment"]["shortUrl"].startswith("https://127.0.0.1:")


def test_a_batch_of_the_sdk_is_understood(item, token):
    answer = Client(token).call_batch(
        {
            "list": item.payment.list(**DEAL, filter={"@id": [1038, 1039]}, order={"id": "desc"}),
            "items": item.payment.product.list(payment_id=1038, filter={">=quantity": 1}),
        }
    )

    assert [row["id"] for row in answer.result.result["list"]] == [1039, 1038]
    assert len(answer.result.result["items"]) == 2


def test_an_expired_token_is_refreshed_by_the_sdk(item, state, token):
    old = token.auth_token
    state.tokens.expire_access()

    assert len(item.payment.list(**DEAL).result) == 4
    assert token.auth_token != old


def test_the_sdk_reads_the_trusted_app_info(state, token):
    info = token.get_app_info().result

    assert info.client_id == state.application.client_id
    assert info.install.member_id == state.member_id
    assert info.install.client_endpoint == state.client_endpoint


def test_a_code_is_exchanged_by_the_sdk(state, token):
    code = state.tokens.issue_code(7, state.application.client_id).code

    renewed = token.bitrix_app.get_oauth_token(code)

    assert state.tokens.by_access(renewed.oauth_token.access_token).user_id == 7
    with pytest.raises(BitrixOAuthInvalidGrant):
        token.bitrix_app.get_oauth_token(code)


def test_refusals_become_the_sdks_errors(state, item):
    state.users[7].rights["order"] = "read"

    with pytest.raises(BitrixAPIError) as refusal:
        item.payment.pay(1038).result  # noqa: B018 - reading the result sends the request

    assert refusal.value.error == "ACCESS_DENIED"
