"""The client over real loopback sockets: kept-alive connections and real failures."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from b24app.bitrix.methods import payments
from b24app.bitrix.wire.client import BitrixClient
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.portal_api import Batch, BatchResult, PortalApi
from b24app.bitrix.wire.transport import make_session
from b24app.domain import EntityRef
from b24app.errors import NoConnectionError, PortalMovedError, PortalSilentError
from tests.bitrix.conftest import TOKEN, Tokens

DEAL = EntityRef(2, 13123)
BATCH = b'{"result":{"result":{"c0":true},"result_error":[]}}'


class Portal(ThreadingHTTPServer):
    """Counts connections and requests; `act` answers one request."""

    daemon_threads = True

    def __init__(self, act):
        self.connections = 0
        self.bodies: list[bytes] = []
        self.act = act
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server_port}/rest/"

    def handle_error(self, request, client_address):
        """A client that hangs up is what some of these tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Portal

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_POST(self):
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.act(self)

    def reply(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@contextlib.contextmanager
def serving(act, context=None):
    server = Portal(act)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def session():
    made = make_session()
    yield made
    made.close()


@pytest.fixture
def client(session):
    return BitrixClient(session, sleep=lambda _seconds: None)


def test_many_calls_share_one_connection(client):
    with serving(lambda handler: handler.reply(b'{"result":true}')) as portal:
        for _ in range(20):
            client.call(Tokens(portal.endpoint), payments.pay(1), Deadline(10))

        assert (portal.connections, len(portal.bodies)) == (1, 20)


def test_error_answers_keep_the_connection(client):
    def act(handler):
        handler.reply(b'{"error":"ACCESS_DENIED","error_description":""}', 403)

    with serving(act) as portal:
        for _ in range(5):
            with pytest.raises(Exception, match="ACCESS_DENIED"):
                client.call(Tokens(portal.endpoint), payments.pay(1), Deadline(10))

        assert portal.connections == 1


def test_chunked_answers_keep_the_connection(client):
    def act(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b'8\r\n{"result\r\n7\r\n":true}\r\n0\r\n\r\n')

    with serving(act) as portal:
        for _ in range(5):
            assert client.call(Tokens(portal.endpoint), payments.pay(1), Deadline(10)) is True

        assert portal.connections == 1


def test_parallel_batches_reuse_the_connections_of_the_first_round(client):
    with serving(lambda handler: handler.reply(BATCH)) as portal:
        tokens = Tokens(portal.endpoint)
        for _ in range(4):
            batch = Batch()
            paid = batch.add(payments.pay(1))
            answers = PortalApi(client, tokens, Deadline).send_all([batch] * 3)
            assert [isinstance(one, BatchResult) and one[paid] for one in answers] == [True] * 3

        assert len(portal.bodies) == 12
        assert portal.connections <= 3


def test_a_refused_connection_sends_nothing(client):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}/rest/"

        with pytest.raises(NoConnectionError):
            client.call(Tokens(endpoint), payments.add_payment(DEAL), Deadline(10))


def test_a_connection_closed_without_an_answer_is_an_unknown_write(client):
    def hang_up(handler):
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    with serving(hang_up) as portal:
        with pytest.raises(PortalSilentError):
            client.call(Tokens(portal.endpoint), payments.add_payment(DEAL), Deadline(10))

        assert len(portal.bodies) == 1


def test_a_cut_off_body_is_an_unknown_write(client):
    def cut_off(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"result":true}')
        handler.close_connection = True

    with serving(cut_off) as portal:
        with pytest.raises(PortalSilentError):
            client.call(Tokens(portal.endpoint), payments.pay(1), Deadline(10))

        assert len(portal.bodies) == 1


def test_a_silent_portal_ends_at_the_deadline(client):
    end = threading.Event()

    with serving(lambda _handler: end.wait(20)) as portal:
        with pytest.raises(PortalSilentError):
            client.call(Tokens(portal.endpoint), payments.pay(1), Deadline(0.2))
        end.set()

        assert len(portal.bodies) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 150 + b"\r\nContent-Length: 15\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 165\r\n\r\n" + b" " * 150,
    ],
    ids=["headers", "body"],
)
def test_a_portal_that_trickles_ends_at_the_deadline(client, answer):
    gone, sent = threading.Event(), bytearray()

    def trickle(handler):
        # Each byte comes well before the timeout of one read, all of them long after the deadline.
        handler.close_connection = True
        for byte in answer + b'{"result":true}':
            if gone.wait(0.02):
                return
            handler.wfile.write(bytes([byte]))
            sent.append(byte)

    with serving(trickle) as portal:
        with pytest.raises(PortalSilentError):
            client.call(Tokens(portal.endpoint), payments.pay(1), Deadline(0.5))
        assert len(sent) < 100, "the client waited for the end of the headers or the body"
        gone.set()


def test_a_redirect_carries_the_token_nowhere(client):
    with serving(lambda handler: handler.reply(b'{"result":true}')) as elsewhere:

        def move(handler):
            handler.reply(b"", 307, Location=f"{elsewhere.endpoint}crm.item.payment.pay")

        with serving(move) as portal, pytest.raises(PortalMovedError):
            client.call(Tokens(portal.endpoint), payments.pay(1), Deadline(10))

        assert elsewhere.bodies == []


def test_a_certificate_nobody_signed_is_refused_before_the_token_is_sent(client, tmp_path):
    with serving(lambda handler: handler.reply(b"{}"), _untrusted(tmp_path)) as portal:
        endpoint = portal.endpoint.replace("http://127.0.0.1", "https://localhost")

        with pytest.raises(NoConnectionError) as raised:
            client.call(Tokens(endpoint), payments.pay(1), Deadline(10))

        assert portal.bodies == []
        assert TOKEN not in repr(raised.value)


def _untrusted(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_headers_without_end_are_given_up(client):
    def act(handler):
        handler.send_response(200)
        for number in range(99):
            handler.send_header(f"X-{number}", "x" * 60_000)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    with serving(act) as portal, pytest.raises(PortalSilentError, match="no answer"):
        client.call(Tokens(portal.endpoint), payments.pay(1), Deadline(10))


def test_many_headers_are_no_trouble(client):
    def act(handler):
        headers = {f"X-{number}": "x" * 500 for number in range(90)}
        handler.reply(b'{"result":true}', **headers)

    with serving(act) as portal:
        assert client.call(Tokens(portal.endpoint), payments.pay(1), Deadline(10)) is True
