"""How the app is served: gunicorn's settings, and the proxy that belongs in front of them."""

from __future__ import annotations

import errno
import os
import re
import resource
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from prometheus_client import values

from b24app import MAX_BODY, create_app
from b24app.bitrix.wire.shares import THREADS
from b24app.config import Config
from tests.support.upstreams import Upstream, answer
from tools.attack import proxy
from tools.stage import StageError

ROOT = Path(__file__).resolve().parent.parent
SITE = (ROOT / "deploy" / "nginx.conf").read_text()
CODE = "\n".join(line for line in SITE.splitlines() if not line.lstrip().startswith("#"))


@pytest.fixture
def settings():
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))


def said_at_start(settings, *addresses):
    said = []
    log = SimpleNamespace(warning=lambda text, *values: said.append(text % values))
    cfg = SimpleNamespace(address=list(addresses), threads=64)
    settings["when_ready"](SimpleNamespace(cfg=cfg, log=log, reap_workers=None))
    return said


@pytest.mark.parametrize("address", [("127.0.0.1", 8000), ("::1", 8000), "/run/app.sock"])
def test_a_server_only_a_proxy_reaches_has_nothing_to_say(settings, address):
    assert said_at_start(settings, address) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "::"])  # noqa: S104 - what may be set.
def test_a_server_that_anybody_reaches_says_what_it_suffers_from(settings, host):
    (said,) = said_at_start(settings, ("127.0.0.1", 8000), (host, 8000))

    assert "64 sockets with half a request" in said
    assert "deploy/nginx.conf" in said


@pytest.mark.parametrize(
    ("limits", "asked", "is_warned"),
    [
        ((1024, 524_288), [(16_384, 524_288)], False),
        ((1024, resource.RLIM_INFINITY), [(16_384, resource.RLIM_INFINITY)], False),
        ((65_536, 524_288), [], False),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), [], False),
        ((1024, 4096), [(4096, 4096)], True),
    ],
)
def test_files_for_kept_connections_are_asked_for(settings, monkeypatch, limits, asked, is_warned):
    said, set_to = [], []
    monkeypatch.setattr(resource, "getrlimit", lambda _which: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _which, wanted: set_to.append(wanted))
    log = SimpleNamespace(warning=lambda text, *values: said.append(text % values))

    settings["on_starting"](SimpleNamespace(log=log))

    assert set_to == asked
    assert bool(said) == is_warned


def test_threads_are_those_the_shares_are_made_for(settings):
    assert settings["threads"] == THREADS


def test_a_worker_writes_beside_requests_and_to_the_end(settings, stage, tmp_path):
    heartbeats = (tmp_path / "heartbeats").open("wb", buffering=0)
    worker = SimpleNamespace(
        wsgi=stage.app, cfg=SimpleNamespace(threads=64), tmp=heartbeats, notify=lambda: None
    )
    with heartbeats:
        settings["post_worker_init"](worker)
    for file in stage.rest_log_dir.iterdir():
        file.unlink()

    stage.tab()
    settings["worker_exit"](None, worker)

    (file,) = stage.rest_log_dir.iterdir()
    assert len(file.read_text().splitlines()) == len(stage.http_calls)
    settings["worker_exit"](None, SimpleNamespace())


@pytest.fixture
def figures(settings, tmp_path, monkeypatch):
    """The hook after a fork, the folder in which it makes room for figures, and what it says."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    said = []

    def begin(number=0):
        cfg = SimpleNamespace(uid=os.geteuid(), gid=os.getegid())
        log = SimpleNamespace(warning=lambda text, *parts: said.append(text % parts))
        worker = SimpleNamespace(number=number, log=log)
        settings["post_fork"](SimpleNamespace(pid=7, cfg=cfg), worker)
        return values.ValueClass

    return SimpleNamespace(begin=begin, folder=tmp_path, said=said)


def test_a_disk_that_fills_up_ends_no_process_that_counts(figures):
    assert figures.begin()._multiprocess

    files = {file.name: file for file in figures.folder.iterdir()}
    assert set(files) == {"counter_7-0.db", "histogram_7-0.db"}
    for file in files.values():
        # None of it is a hole: to write into one that the disk has no room for is a SIGBUS.
        assert file.stat().st_blocks * 512 >= file.stat().st_size > 0


def test_the_room_for_figures_is_enough_for_every_label(settings, tmp_path):
    every_label = """
from itertools import product
from prometheus_client import values
values.ValueClass = values.MultiProcessValue(lambda: "all")
from b24app import BLUEPRINTS, meters
from b24app.bitrix.wire.transport import Lost
from b24app.services.actions import DeedName, OutcomeKind
ended = [*(lost.value for lost in Lost), "not_json", "ok", "refused", "expired", "limited"]
rooms = [blueprint.name for blueprint in BLUEPRINTS]
for meter, *labels in [
    (meters.OPENINGS, ("shell", "content"), ("shown", "refused", "busy", "failed")),
    (meters.ANSWERS, rooms, ("2xx", "3xx", "4xx", "5xx")),
    (meters.WRITES, DeedName, OutcomeKind),
    (meters.CALLS, ("batch", "single", "authorization"), ended),
    (meters.RETRIES, ("expired", "limited", "lost")),
    (meters.REFRESHES, ended),
    (meters.CROWDED, ("portal", "authorization")),
]:
    for one in product(*labels):
        meter.labels(*one)
"""
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", every_label], env=environ, check=True)

    used = {
        file.name.partition("_")[0]: int.from_bytes(file.read_bytes()[:4], sys.byteorder)
        for file in tmp_path.iterdir()
    }
    assert used.keys() == settings["ROOM_FOR_COUNTS"].keys()
    for kind, size in settings["ROOM_FOR_COUNTS"].items():
        assert used[kind] * 2 < size


def test_a_worker_in_another_s_place_goes_on_with_its_figures(figures):
    figures.begin()
    (file, _other) = sorted(figures.folder.iterdir())
    file.write_bytes(b"counted" + file.read_bytes()[7:])

    figures.begin()

    assert file.read_bytes().startswith(b"counted")


def test_on_a_full_disk_a_worker_counts_alone(figures, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)

    assert not figures.begin()._multiprocess
    assert figures.said == [
        "This process counts for /metrics alone: [Errno 28] No space left on device"
    ]
    # A file without any content would make every other process's answer an error.
    assert list(figures.folder.iterdir()) == []


def test_on_a_full_disk_a_worker_says_that_it_is_ready(settings, tmp_path):
    with (tmp_path / "heartbeats").open("wb", buffering=0) as heartbeats:
        worker = SimpleNamespace(tmp=heartbeats, notify=lambda: None)

        assert not settings["_is_ready"](worker)
        settings["_say_ready"](worker)

        assert settings["_is_ready"](worker)
        assert os.fstat(heartbeats.fileno()).st_blocks == 0


def test_processes_are_replaced_one_after_the_other(settings):
    assert settings["max_requests"] > settings["max_requests_jitter"] > 0


def test_a_name_nobody_resolves_does_not_hold_a_thread_for_long(settings, monkeypatch):
    assert settings["raw_env"] == ["RES_OPTIONS=timeout:2 attempts:1"]

    monkeypatch.setenv("RES_OPTIONS", "timeout:9")

    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["raw_env"] == []


def test_the_proxy_reads_whole_requests_and_repeats_none():
    assert "proxy_request_buffering on;" in CODE
    assert "proxy_next_upstream off;" in CODE
    for wait in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        found = re.findall(rf"{wait} (\d+)s;", CODE)
        assert found
        assert all(int(seconds) <= 15 for seconds in found)


def test_no_port_of_the_proxy_waits_a_minute_for_a_head():
    """They share the connections that nginx may have: half a request to one port keeps all out."""
    servers = re.findall(r"^server \{.*?^\}", CODE, re.MULTILINE | re.DOTALL)

    assert len(servers) == 2
    assert all("client_header_timeout" in server for server in servers)


def test_the_proxy_answers_the_authority_from_where_certbot_is_told_to_put_it():
    """A redirection before it would have a certificate expire that was given without it."""
    (plain,) = re.findall(r"^server \{\s+listen 80;.*?^\}", CODE, re.MULTILINE | re.DOTALL)
    (folder,) = re.findall(r"location /\.well-known/acme-challenge/ \{\s+root (\S+);", plain)
    commands = re.findall(r"--webroot-path (\S+)", (ROOT / "docs/operations.md").read_text())

    assert commands
    assert set(commands) == {folder}
    # What stands beside the locations would count before them.
    assert not re.search(r"^    return", plain, re.MULTILINE)


def test_the_proxy_lets_through_what_the_app_takes():
    assert f"client_max_body_size {MAX_BODY // 1024}k;" in CODE
    assert f"client_body_buffer_size {MAX_BODY // 1024}k;" in CODE


def test_the_proxy_packs_no_page():
    """What is packed tells by its length what is alike in it: a token, and what a visitor sent."""
    assert re.findall(r"\bgzip\w* .*;", CODE) == ["gzip off;"]


def test_nginx_packs_no_page(tmp_path):
    upstream, port = Upstream(200), proxy.free_port()
    try:
        with proxy.nginx(tmp_path / "nginx", port, upstream.port):
            assert answer(port, "GET", 0).status_code == 200
            page = requests.get(
                f"http://127.0.0.1:{port}/1", headers={"Accept-Encoding": "gzip"}, timeout=30
            )
    except StageError as error:
        pytest.skip(str(error))
    finally:
        upstream.stop()

    assert "Content-Encoding" not in page.headers


def test_the_proxy_believes_nothing_that_a_visitor_claims():
    for name, value in (("For", "$remote_addr"), ("Proto", "$scheme"), ("Host", "$host")):
        assert f"proxy_set_header X-Forwarded-{name} {value};" in CODE


def test_the_proxy_s_log_has_no_query_and_no_referrer():
    formats = re.findall(r"log_format \w+ '([^']+)'", CODE)

    assert len(formats) == 1
    assert not re.search(r"\$(request|request_uri|args|query_string|http_referer)\b", formats[0])
    assert all(" deal_payments;" in one for one in re.findall(r"access_log (?!off).*", CODE))


def test_the_proxy_lets_its_connections_end_before_gunicorn_does(settings):
    seconds = re.findall(r"upstream .*?keepalive_timeout (\d+)s;", CODE, re.DOTALL)

    assert [int(one) < settings["keepalive"] for one in seconds] == [True]


@pytest.mark.parametrize(("proxies", "is_warned"), [("0", True), ("1", False)])
def test_a_proxy_nobody_counts_is_told_at_start(tmp_path, caplog, proxies, is_warned):
    keys = {
        "APP_URL": "https://payments.example.com",
        "B24_CLIENT_ID": "app.client",
        "B24_CLIENT_SECRET": "secret of the client",
        "SECRET_KEY": "0123456789abcdef",
        "TOKEN_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}",
        "REST_LOG_DIR": str(tmp_path),
    }

    create_app(Config.from_env({**keys, "TRUSTED_PROXIES": proxies}))

    assert ("TRUSTED_PROXIES is 0" in caplog.text) == is_warned


def test_nginx_takes_the_file(tmp_path):
    program = os.environ.get("NGINX") or shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed")
    file = tmp_path / "nginx.conf"
    site = proxy._site(tmp_path, 18080, 18081)
    file.write_text(proxy.AROUND.format(folder=tmp_path, site=site))

    done = subprocess.run(
        [program, "-t", "-p", str(tmp_path), "-c", str(file), "-e", str(tmp_path / "log")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
