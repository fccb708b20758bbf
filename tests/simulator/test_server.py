"""The loopback servers and the command line: real sockets."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from b24app.simulator.__main__ import main, oauth_origin
from b24app.simulator.portal import create_portal
from b24app.simulator.server import PortalServer


@pytest.fixture
def server(state):
    portal_server = PortalServer(create_portal(state), 0)
    yield portal_server
    portal_server.stop()


@pytest.fixture
def connection(server):
    opened = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    yield opened
    opened.close()


def ask(connection, state, method, **params):
    body = json.dumps({**params, "auth": state.issue_tokens(7).access_token})
    headers = {"Content-Type": "application/json"}
    connection.request("POST", f"/rest/{method}", body=body, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_one_connection_serves_many_requests(connection, state):
    ask(connection, state, "profile")
    first = connection.sock

    ask(connection, state, "crm.item.payment.list", entityId=8061, entityTypeId=2)

    assert connection.sock is first
    assert len({request.connection for request in state.recorder.requests}) == 1


def test_a_body_nobody_read_is_not_taken_for_the_next_request(connection, state):
    connection.request("POST", "/no/such/page", body=b"x" * 1000)
    connection.getresponse().read()

    assert ask(connection, state, "profile")[0] == 200


@pytest.mark.parametrize(("kind", "executed"), [("close_before", False), ("lost", True)])
def test_a_cut_connection_is_closed_without_an_answer(connection, state, kind, executed):
    state.faults.add("crm.item.payment.pay", kind)

    with pytest.raises(http.client.RemoteDisconnected):
        ask(connection, state, "crm.item.payment.pay", id=1038)

    assert state.crm.payments[1038].is_paid is executed


def test_a_silent_server_says_nothing_and_closes(connection, state, slept):
    state.faults.add("crm.item.payment.pay", "silent", seconds=40)

    with pytest.raises(http.client.RemoteDisconnected):
        ask(connection, state, "crm.item.payment.pay", id=1038)

    assert slept == [40]


def test_a_trickle_is_sent_in_chunks(connection, state):
    state.faults.add("profile", "trickle")

    status, body = ask(connection, state, "profile")

    assert status == 200
    assert json.loads(body)["result"]["ID"] == "7"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("", "http://localhost:8025"),
        ("https://oauth.bitrix.info", "http://localhost:8025"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
        ("http://localhost:9000", "http://localhost:9000"),
    ],
)
def test_the_authorization_server_listens_where_a_loopback_url_says(url, origin):
    assert oauth_origin({"B24_OAUTH_URL": url}, 8024) == origin


@pytest.mark.parametrize("app_env", ["", "production"])
def test_it_refuses_to_start_outside_development(monkeypatch, capsys, app_env):
    monkeypatch.setenv("APP_ENV", app_env)

    assert main([]) != 0
    assert "APP_ENV=development" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65535", "99999", "x"])
def test_a_port_that_cannot_be_is_refused_with_words(monkeypatch, capsys, port):
    monkeypatch.setenv("APP_ENV", "development")

    with pytest.raises(SystemExit) as refused:
        main(["--port", port])

    assert refused.value.code == 2
    assert f"1 to 65534, not '{port}'" in capsys.readouterr().err


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def test_the_command_starts_portal_and_authorization_server():
    port, oauth_port = free_port(), free_port()
    env = {
        **os.environ,
        "APP_ENV": "development",
        "B24_OAUTH_URL": f"http://127.0.0.1:{oauth_port}",
        "B24_CLIENT_ID": "app.test",
        "B24_CLIENT_SECRET": "secret",
    }
    command = [sys.executable, "-m", "b24app.simulator", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(5)]
        portal = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        portal.request("POST", "/_control/token", body="user=7", headers={
            "Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
        token = json.loads(portal.getresponse().read())["access_token"]
        oauth = http.client.HTTPConnection("127.0.0.1", oauth_port, timeout=10)
        oauth.request("GET", f"/rest/app.info?auth={token}")
        info = json.loads(oauth.getresponse().read())["result"]
        portal.close()
        oauth.close()
        process.terminate()

    assert f"http://localhost:{port}/crm/deal/details/8061/" in printed[1]
    assert info["client_id"] == "app.test"
    assert info["install"]["client_endpoint"] == f"http://localhost:{port}/rest/"


def test_the_command_reads_the_file_that_the_application_reads(tmp_path):
    port = free_port()
    file = "B24_CLIENT_ID=app.of-the-file\nB24_CLIENT_SECRET=secret\n"
    (tmp_path / ".env").write_text(
        f"{file}B24_OAUTH_URL=http://localhost:{free_port()}\n", encoding="utf-8"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("B24_")}
    env |= {"APP_ENV": "development", "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "b24app.simulator", "--port", str(port)]
    with subprocess.Popen(
        command, env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        portal = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        portal.request("POST", "/_control/token?user=7")
        token = json.loads(portal.getresponse().read())["access_token"]
        portal.request("POST", f"/rest/profile?auth={token}")
        client_id = portal.getresponse().headers["X-Bitrix-Rest-Application"]
        portal.close()
        process.terminate()

    assert client_id == "app.of-the-file"
