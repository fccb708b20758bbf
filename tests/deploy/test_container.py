"""Dockerfile, compose.yaml, Caddyfile: what they promise; the image serves from its files."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from b24app import MAX_BODY
from tests.test_config import NEEDED
from tests.test_shipped_files import names_read_by_config

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
CADDYFILE = (ROOT / "deploy" / "container" / "Caddyfile").read_text()
IGNORED = [
    line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"
]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("app", "schema", "housekeeping")
STARTED_HERE = "PYTHONDONTWRITEBYTECODE"


def instructions():
    """(name, rest) of each instruction, continued lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    return [
        (name, re.sub(r"\s+", " ", rest).strip())
        for name, _, rest in (line.partition(" ") for line in text.splitlines() if line.strip())
    ]


def of_last_stage(name):
    stage = []
    for found, rest in instructions():
        if found == "FROM":
            stage = []
        elif found == name:
            stage.append(rest)
    return stage


class TestDockerfile:
    def test_builds_in_one_stage_and_runs_in_another_of_the_same_base(self):
        bases = [rest.split()[0] for name, rest in instructions() if name == "FROM"]

        assert len(bases) == 2
        assert len(set(bases)) == 1
        assert all(":" in base and not base.endswith(":latest") for base in bases)

    def test_ends_as_somebody_who_owns_nothing_of_it(self):
        (user,) = of_last_stage("USER")
        (copied,) = of_last_stage("COPY")

        assert all(int(number) >= 10_000 for number in user.split(":"))
        assert "--chown" not in copied
        assert DOCKERFILE.index("COPY . .") < DOCKERFILE.index("RUN chmod -R a+rX .\n")

    def test_takes_packages_by_their_digests_and_nothing_from_addresses(self):
        assert "--require-hashes --only-binary :all:" in DOCKERFILE
        assert [name for name, _ in instructions() if name in {"ADD", "ARG"}] == []
        assert not re.search(r"curl|wget|https?://", "".join(rest for _, rest in instructions()))
        # Such a line has the engine fetch another program that reads the rest of the file.
        assert not re.match(r"#\s*syntax\s*=", DOCKERFILE)

    def test_asks_the_process_whether_it_lives(self):
        (check,) = of_last_stage("HEALTHCHECK")
        (script,) = re.findall(r'"([\w/]+\.py)"', check)

        assert (ROOT / script).is_file()
        assert f"!{Path(script).parent}" in IGNORED

    def test_keeps_what_it_writes_apart(self):
        assert "PYTHONDONTWRITEBYTECODE=1" in DOCKERFILE
        (log_folder,) = re.findall(r"REST_LOG_DIR=(\S+)", DOCKERFILE)
        assert f"-m 0750 {log_folder}" in DOCKERFILE
        for name in OURS:
            assert f"rest-log:{log_folder}" in SERVICES[name]["volumes"]


class TestWhatGoesIn:
    def test_is_listed_and_nothing_else_goes_in(self):
        assert IGNORED[0] == "*"
        listed = [line[1:] for line in IGNORED if line[0] == "!"]
        assert [one for one in listed if not (ROOT / one).exists()] == []
        assert not {".env", ".git", "instance", "tests"} & {one.split("/")[0] for one in listed}

    def test_is_everything_the_app_opens(self):
        source = (ROOT / "b24app" / "__init__.py").read_text()

        opened = set(re.findall(r'ROOT / "([\w.]+)"', source))

        assert opened >= {"templates", "static", "install.json"}
        assert {f"!{name}" for name in opened} <= set(IGNORED)


class TestCompose:
    @pytest.mark.parametrize("name", OURS)
    def test_our_processes_write_nowhere_and_may_nothing(self, name):
        service = SERVICES[name]

        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not service["user"].startswith("0")
        assert "cap_add" not in service

    def test_only_the_proxy_can_be_reached(self):
        assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
        assert not [name for name, one in SERVICES.items() if one.get("privileged")]

    def test_the_database_is_reached_by_the_app_alone_and_reaches_nobody(self):
        inside = {name for name, one in SERVICES.items() if "database" in one["networks"]}

        assert inside == {*OURS, "database"}
        assert SERVICES["database"]["networks"] == ["database"]
        assert COMPOSE["networks"]["database"]["internal"] is True

    def test_names_only_what_it_declares(self):
        for service in SERVICES.values():
            assert set(service["networks"]) <= set(COMPOSE["networks"])
            assert set(service.get("depends_on", {})) <= set(SERVICES)
            sources = [one.split(":")[0] for one in service.get("volumes", [])]
            named = {one for one in sources if not one.startswith(".")}
            assert named <= set(COMPOSE["volumes"])
            assert all((ROOT / one).exists() for one in sources if one.startswith("."))
            assert not service["image"].endswith(":latest")

    def test_nobody_starts_before_what_it_waits_for_says_so(self):
        for service in SERVICES.values():
            for name, how in service.get("depends_on", {}).items():
                waited = SERVICES[name]
                if how["condition"] == "service_healthy":
                    has_own = "HEALTHCHECK" in DOCKERFILE and waited["image"] == "deal-payments"
                    assert has_own or "test" in waited["healthcheck"]
                else:
                    assert waited["restart"] == "no"

    def test_is_restored_only_once_the_database_answers(self):
        page = (ROOT / "docs" / "operations.md").read_text()
        starts = re.findall(r"^ +docker compose up .*\bdatabase$", page, re.MULTILINE)

        assert len(starts) >= 3
        assert all("--wait" in start for start in starts)
        assert set(re.findall(r"(.*)\n.* pg_restore --username", page)) <= set(starts)

    def test_upgrades_the_schema_before_the_old_containers_are_stopped(self):
        page = (ROOT / "docs" / "operations.md").read_text()
        upgrade = page[page.index("Upgrade, after a [backup]") :].partition("\n###")[0]
        lines = re.findall(r"^    (.*)", upgrade, re.MULTILINE)

        # `up` recreates the containers of all services before it starts any.
        upgraded = lines.index("docker compose run --rm --no-deps schema")
        assert lines.index("docker compose build") < upgraded < lines.index("docker compose up -d")
        assert SERVICES["schema"]["command"] == ["flask", "db", "upgrade"]

    def test_has_the_proxy_find_the_file_of_a_new_release(self):
        # A checkout makes a new file: a mount of the old one alone would keep that.
        (mounted,) = [one for one in SERVICES["proxy"]["volumes"] if one.startswith(".")]
        source, target, _ = mounted.split(":")

        assert (ROOT / source / "Caddyfile").is_file()
        assert target == "/etc/caddy"

    def test_sets_only_what_the_app_reads(self):
        for name in OURS:
            assert set(SERVICES[name]["environment"]) <= names_read_by_config()

    def test_asks_for_no_secret_but_by_name(self):
        text = (ROOT / "compose.yaml").read_text()

        assert len(re.findall(r"\$\{POSTGRES_PASSWORD:\?", text)) == 2
        assert not re.search(r"^ *\w*(PASSWORD|SECRET|KEYS?): *[^$\s]", text, re.MULTILINE)

    def test_gives_requests_the_time_that_gunicorn_gives_them(self):
        seconds = int(SERVICES["app"]["stop_grace_period"].removesuffix("s"))

        assert seconds > settings()["graceful_timeout"]

    def test_lets_the_hourly_work_end_before_it_stops(self, tmp_path):
        work = tmp_path / "flask"
        work.write_text('#!/bin/sh\ncd "$0.d" && touch begun && sleep 1 && touch done\n')
        work.chmod(0o755)
        folder = tmp_path / "flask.d"
        folder.mkdir()
        service = SERVICES["housekeeping"]
        command = [one.replace("$$", "$") for one in service["command"]]
        environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

        with subprocess.Popen(command, env=environ) as process:
            until((folder / "begun").exists)
            process.send_signal(signal.SIGTERM)
            process.wait(30)

        assert (folder / "done").exists()
        # Without a process before it the shell gets the signal, and nothing in it is ignored.
        assert not service.get("init")
        assert int(service["stop_grace_period"].removesuffix("s")) >= 60


def until(what):
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def settings():
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))


class TestCaddy:
    def test_packs_no_page(self):
        assert "encode" not in CADDYFILE

    def test_reads_whole_requests_as_large_as_the_app_takes(self):
        kilobytes = MAX_BODY // 1024

        assert f"max_size {kilobytes}KB" in CADDYFILE
        assert f"request_buffers {kilobytes}KiB" in CADDYFILE
        for wait in ("read_header", "read_body"):
            (seconds,) = re.findall(rf"{wait} (\d+)s", CADDYFILE)
            assert int(seconds) <= 15

    def test_lets_its_connections_end_before_gunicorn_does(self):
        (seconds,) = re.findall(r"keepalive (\d+)s", CADDYFILE)

        assert int(seconds) < settings()["keepalive"]

    def test_lets_requests_wait_for_a_new_container_and_sends_none_twice(self):
        proxy = CADDYFILE[CADDYFILE.index("reverse_proxy") :]
        (seconds,) = re.findall(r"lb_try_duration (\d+)s", proxy)

        assert int(seconds) >= 30
        # Before, Caddy sent a request that had waited without its body.
        assert SERVICES["proxy"]["image"] == "caddy:2.11-alpine"
        # No request has this method: only those that reached nobody are tried again.
        assert re.search(r"lb_retry_match \{\s+method NONE\s+\}", proxy)

    def test_keeps_no_log_of_queries(self):
        lines = [line.strip() for line in CADDYFILE.splitlines()]

        assert not [line for line in lines if line.startswith("log")]

    def test_leads_to_the_service_and_port_of_the_app(self):
        (host, port) = re.findall(r"reverse_proxy (\w+):(\d+)", CADDYFILE)[0]

        assert host in SERVICES
        assert f"0.0.0.0:{port}" in of_last_stage("CMD")[0]
        assert CADDYFILE.count("{") == CADDYFILE.count("}")


def image(folder):
    """What COPY takes into the image, with the packages of this environment."""
    for one in (line[1:] for line in IGNORED if line[0] == "!"):
        source, target = ROOT / one, folder / one
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            out = shutil.ignore_patterns("__pycache__", "simulator")
            shutil.copytree(source, target, ignore=out)
        else:
            shutil.copy(source, target)
    return folder


def files_in(folder):
    return sorted(path for path in folder.rglob("*"))


def test_the_image_serves_from_what_goes_in_and_writes_nothing_there(tmp_path, sqlite_url):
    folder = image(tmp_path / "image")
    before = files_in(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environ = {
        **NEEDED,
        "PATH": os.environ["PATH"],
        "DATABASE_URL": sqlite_url,
        "REST_LOG_DIR": str(tmp_path / "log"),
        "HEALTHCHECK_PORT": port,
        STARTED_HERE: "1",
        "WEB_CONCURRENCY": "1",
        "TMPDIR": str(tmp_path),
    }
    check = [sys.executable, "deploy/container/healthcheck.py"]
    options = {"cwd": folder, "env": environ}
    assert subprocess.run(check, check=False, **options).returncode == 1
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "app:app"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options) as server:
        try:
            end = time.monotonic() + 60
            while subprocess.run(check, check=False, **options).returncode:
                assert server.poll() is None, server.stderr.read()
                assert time.monotonic() < end
                time.sleep(0.2)
        finally:
            server.terminate()
            server.wait(30)

    assert files_in(folder) == before
