"""Requests that no browser sends: split, smuggled, overridden, mislabelled, led astray."""

from __future__ import annotations

import gzip
import json
import secrets
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import requests

from tools.attack.report import Row
from tools.attack.tries import EVIL, Tries
from tools.attack.two_portals import ADMIN, MANAGER, Party, ask, filled, first_portal, routes
from tools.stage import Stage

SMUGGLED = "GET /healthz HTTP/1.1\r\nHost: app\r\n\r\n"
ANSWERED = b'"status":"ok"'
INJECTED = "INJECTED"
SLOW_SECONDS = 2.0
HOSTS = (EVIL, f"{EVIL}:443", f"user@{EVIL}", f"{EVIL}/..", f"{EVIL}%00", "", "[::1]", "a" * 300,
         f"xn--{EVIL}", "eVil.Example", f"localhost.{EVIL}")  # fmt: skip
FORWARDED = ("X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "X-Forwarded-Port",
             "X-Forwarded-Prefix", "X-Forwarded-Server", "Forwarded", "X-Original-URL",
             "X-Rewrite-URL", "X-Host", "Via", "True-Client-IP")  # fmt: skip
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
DOMAINS = (
    f"//{EVIL}", f"https://{EVIL}", f"{EVIL}#", f"{EVIL}?", f"{EVIL}/", f"x@{EVIL}", f"{EVIL}\\@x",
    "javascript:alert(1)", "x\r\nX-Inj: 1", "x%0d%0aX-Inj:%201", "evil\u3002example/..", "\u2025",
    "a.b:99999", "a.b:0", "a..b", ".", "-", "a" * 5000, "\u202ea.b", "[::1]", "x y", "\x00",
)  # fmt: skip
"""What is no address, or more than one: none of them may lead anywhere but to a host's login."""

PLACES = ("/../../etc/passwd", "/static/../../app.py", "/static/%2e%2e/%2e%2e/.env",
          "/static/..%5c..%5capp.py", "/static//etc/passwd", "/static/app.css%00.js",
          f"//{EVIL}/", f"/\\{EVIL}/", f"/%2f%2f{EVIL}", f"/.{EVIL}", "/payments/",
          "/payments/9999999999999999999999/pay", "/payments/-1", "/payments/1e3",
          "/payments/%D9%A1", "/%ff%fe", "/%0d%0aX-Inj:%201", f"/x%0a{INJECTED}",
          f"/x%E2%80%A8{INJECTED}", "/" + "a" * 8000, "/;/..;/metrics", "/METRICS",
          "/healthz/../metrics")  # fmt: skip


def odd_requests(running: Stage) -> Iterator[Row]:
    """Requests that no browser sends: what they get, and what they leave in the log."""
    yield _split(running)
    yield _led_astray(running)
    yield _overridden(running)
    yield _from_other_sites(running)
    yield _odd_bodies(running)
    tries = Tries("lines of the log", "no line begins with what a visitor sent")
    for name in ("app.log", "portal.log"):
        lines = Path(running.folder, name).read_text(errors="replace").splitlines()
        begun = [line for line in lines if line.startswith(INJECTED)]
        if name == "app.log":
            tries.saw(name, f"{len(begun)} lines" if begun else "")
    yield tries.row()


def _split(running: Stage) -> Row:
    """Two requests in the clothes of one, and heads that no server should take."""
    tries = Tries("smuggled and malformed heads", "one answer each, and never the second request's")
    size = len(SMUGGLED)
    post = "POST /events HTTP/1.1\r\nHost: app\r\n"
    chunked = f"0\r\n\r\n{SMUGGLED}"
    heads = {
        "CL and TE": f"{post}Content-Length: {len(chunked)}\r\nTransfer-Encoding: chunked\r\n\r\n",
        "TE and CL": f"{post}Transfer-Encoding: chunked\r\nContent-Length: {len(chunked)}\r\n\r\n",
        "TE xchunked": f"{post}Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\n",
        "TE twice": f"{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
        "TE with a tab": f"{post}Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n\r\n",
        "TE after \\x0b": f"{post}Transfer-Encoding: \x0bchunked\r\nContent-Length: 5\r\n\r\n",
        "two lengths": f"{post}Content-Length: 5\r\nContent-Length: {size}\r\n\r\n",
        "length with a sign": f"{post}Content-Length: +0\r\n\r\n",
        "negative length": f"{post}Content-Length: -1\r\n\r\n",
        "length in words": f"{post}Content-Length: 0x0\r\n\r\n",
        "length with a comma": f"{post}Content-Length: 0, 0\r\n\r\n",
        "underscored length": f"{post}Content_Length: 0\r\nContent-Length: {size}\r\n\r\n",
        "folded head": f"{post}X: a\r\n Content-Length: 0\r\nContent-Length: {size}\r\n\r\n",
        "blank before the colon": f"{post}Content-Length : 0\r\nContent-Length: {size}\r\n\r\n",
        "bare line feeds": f"{post}X: a\nContent-Length: 0\r\nContent-Length: {size}\r\n\r\n",
        "NUL in a head": f"{post}X: a\x00b\r\nContent-Length: {size}\r\n\r\n",
        "absolute address": f"GET http://{EVIL}/healthz HTTP/1.0\r\nHost: app\r\n\r\n",
        "an address without a path": f"GET http://{EVIL} HTTP/1.1\r\nHost: app\r\n\r\n",
        "two hosts": f"GET / HTTP/1.0\r\nHost: app\r\nHost: {EVIL}\r\n\r\n",
        "no host": "GET / HTTP/1.1\r\n\r\n",
        "CONNECT": f"CONNECT {EVIL}:443 HTTP/1.1\r\nHost: app\r\n\r\n",
        "TRACE": f"TRACE / HTTP/1.1\r\nHost: app\r\nCookie: {INJECTED}=1\r\n\r\n",
        "HTTP/0.9": "GET /healthz\r\n\r\n",
        "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "a blank in the path": "GET /a b HTTP/1.1\r\nHost: app\r\n\r\n",
        "200 heads": "GET / HTTP/1.1\r\nHost: app\r\n" + "X: 1\r\n" * 200 + "\r\n",
        "a long head": "GET / HTTP/1.1\r\nHost: app\r\nX: " + "x" * 100_000 + "\r\n\r\n",
        "expects": f"{post}Expect: 100-continue\r\nContent-Length: {size}\r\n\r\n",
        "upgrades": "GET / HTTP/1.1\r\nHost: app\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        "PROXY": "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nGET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
    }
    meant = {"absolute address", "HTTP/0.9"}
    for name, head in heads.items():
        body = chunked if "TE" in name else SMUGGLED if "Content-Length" in head else ""
        answer = _raw(running, (head + body).encode("latin-1"))
        is_two = name not in meant and ANSWERED in answer
        echoed = INJECTED.encode() in answer or EVIL.encode() in answer
        broken = b" 500 " in answer.split(b"\r\n")[0]
        problem = (
            "the second request" if is_two else "500" if broken else "echoed" if echoed else ""
        )
        tries.saw(name, problem, answer[9:12].decode(errors="replace") or "closed")
    return tries.row()


def _led_astray(running: Stage) -> Row:
    """Names of hosts and paths that could lead an answer, or a file, elsewhere."""
    tries = Tries("hosts, paths and logins", "no answer leads elsewhere, no file of ours is shown")
    paths = (
        "/",
        "/oauth/start?domain=portal.example",
        "/legal/privacy",
        "/metrics",
        "/static/app.js",
        "/static//app.js",
        "/payments//new",
        "/legal//privacy/",
    )
    for path in paths:
        for host in HOSTS:
            tries.send(f"Host {host!r:.20} {path}", _getting(running, path, Host=host), _figures)
        for name in FORWARDED:
            for value in (EVIL, f"for={EVIL};host={EVIL};proto=https", "127.0.0.1", "\x7f"):
                tries.send(f"{name} {path}", _getting(running, path, **{name: value}), _figures)
    for domain in DOMAINS:
        tries.send(
            f"domain {domain!r:.30}", _getting(running, f"/oauth/start?domain={quote(domain)}")
        )
    for path in PLACES:
        answer = _raw(
            running, f"GET {path} HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n".encode()
        )
        head, _, body = answer.partition(b"\r\n\r\n")
        is_file = any(
            secret in body for secret in (b"root:", b"create_app", b"SECRET_KEY", b"# HELP")
        )
        is_led = EVIL.encode() in head or b"\nX-Inj" in head
        problem = "a file" if is_file else "led away" if is_led else ""
        tries.saw(path[:40], "500" if b" 500 " in head[:16] else problem, head[9:12].decode())
    return tries.row()


def _overridden(running: Stage) -> Row:
    """Another verb in a header, a field or the address than the request's own."""
    party = first_portal(running)
    token = party.session(MANAGER)
    before = _payments(party)
    tries = Tries("verbs in other places", "the request's own verb counts")
    for number in before[:2]:
        for name in OVERRIDES:
            for path in (f"/payments/{number}/history", f"/payments/{number}"):
                for verb in ("GET", "POST", "PUT"):
                    more = {name: "DELETE"}
                    tries.send(
                        f"{verb} {path} {name}",
                        partial(ask, running.app_url, verb, f"{path}?_method=DELETE", token,
                            {"_method": "DELETE"}, **more,
                        ),
                    )  # fmt: skip
    tries.saw("payments afterwards", "" if _payments(party) == before else "they are others")
    return tries.row()


def _from_other_sites(running: Stage) -> Row:
    """What a page of another site can make a browser send: no token, whatever else it has."""
    tries = Tries("posts of other sites", "401, 403 or 400, and readable by nobody else")
    for method, rule in routes():
        if method == "GET":
            continue
        path = filled(rule, 1038)
        headers = {
            "Origin": f"https://{EVIL}", "Referer": f"https://{EVIL}/", "HX-Request": "true",
            "HX-Current-URL": running.app_url, "Sec-Fetch-Site": "cross-site",
            "Cookie": "__Host-oauth=x; session=x",
        }  # fmt: skip
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            tries.send(
                f"{method} {path}",
                partial(
                    requests.request, method, f"{running.app_url}{path}", data="shown=1",
                    headers={**headers, "Content-Type": kind}, timeout=60,
                ),
                lambda answer: "" if answer.status_code in {400, 401, 403} else "carried out",
            )  # fmt: skip
        asked = {"Access-Control-Request-Method": method, "Origin": f"https://{EVIL}",
                 "Access-Control-Request-Headers": "authorization"}  # fmt: skip
        tries.send(
            f"OPTIONS {path}",
            partial(requests.options, f"{running.app_url}{path}", headers=asked, timeout=60),
            lambda answer: "allowed" if "Access-Control-Allow-Origin" in answer.headers else "",
        )
    return tries.row()


def _odd_bodies(running: Stage) -> Row:
    """Bodies that are large, packed, nested, mislabelled or endless in number."""
    form = "application/x-www-form-urlencoded"
    multi = "multipart/form-data; boundary=x"
    part = b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n'
    deep = "[" * 100_000
    bodies = {
        "100,000 fields": (form, b"&".join(b"a%d=" % number for number in range(20_000))),
        "one field 80,000 times": (form, b"a=&" * 80_000),
        "a field nested 80,000 times": (form, b"auth" + b"[a]" * 80_000 + b"=1"),
        "nested fields": (form, b"&".join(b"auth[%d][a]=1" % n for n in range(12_000))),
        "percent signs": (form, b"%" * 250_000),
        "surrogates": (form, b"event=%ED%A0%80&auth[member_id]=%ED%A0%80"),
        "over the limit": (form, b"a=" + b"x" * 300_000),
        "201 parts": (multi, b"".join(part % n for n in range(201)) + b"--x--"),
        "4,000 parts": (multi, b"".join(part % n for n in range(4_000)) + b"--x--"),
        "a part without end": (multi, part % 1 + b"\r\n" * 100_000),
        "a head without end": (multi, b"--x\r\n" + b"X: y\r\n" * 40_000),
        "a part of parts": ("multipart/mixed; boundary=x", part % 1 + b"--x--"),
        "a file": (multi, b'--x\r\nContent-Disposition: form-data; name="member_id"; '
                          b'filename="../x"\r\n\r\nabc\r\n--x--'),
        "no boundary": ("multipart/form-data", b"--x"),
        "a long boundary": ("multipart/form-data; boundary=" + "x" * 8000, b"--x"),
        "an odd boundary": ('multipart/form-data; boundary="\\"', b"--x"),
        "utf-16": (f"{form}; charset=utf-16", "event=ONAPPTEST".encode("utf-16")),
        "utf-7": (f"{form}; charset=utf-7", b"event=+AE8-"),
        "unknown letters": (f"{form}; charset=no-such-thing", b"event=1"),
        "packed": (form, gzip.compress(b"a=" + b"x" * 5_000_000)),
        "deep JSON": ("application/json", deep.encode()),
        "JSON in a field": (form, f"PLACEMENT_OPTIONS={deep}".encode()),
        "numbers without end": (form, b"ts=" + b"9" * 200_000 + b"&event=ONAPPTEST"),
        "long numbers in JSON": ("application/json", b'{"expires":' + b"9" * 200_000 + b"}"),
        "xml": ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    }  # fmt: skip
    party = first_portal(running)
    token = party.session(ADMIN, "/")
    tries = Tries("bodies", f"words within {SLOW_SECONDS:.0f} s, and no 500")
    for name, (kind, body) in bodies.items():
        packed = {"Content-Encoding": "gzip"} if name == "packed" else {}
        for path in ("/events", "/placement", "/install", "/", "/session", "/settings"):
            tries.send(
                f"{name} {path}",
                partial(requests.post, f"{running.app_url}{path}", data=body, timeout=60,
                    headers={"Content-Type": kind, "Authorization": f"Bearer {token}",
                             "Idempotency-Key": secrets.token_hex(16), **packed},
                ),
                lambda answer: "slow" if answer.elapsed.total_seconds() > SLOW_SECONDS else "",
            )  # fmt: skip
    return tries.row()


def _getting(running: Stage, path: str, **headers: str) -> Callable[[], requests.Response]:
    return partial(
        requests.get,
        f"{running.app_url}{path}",
        headers=headers,
        timeout=60,
        allow_redirects=False,
    )


def _figures(answer: requests.Response) -> str:
    return "figures" if "# HELP" in answer.text and answer.request.headers.get("Via") else ""


def _raw(running: Stage, sent: bytes) -> bytes:
    """Send bytes as they are; return all that comes back within two seconds."""
    address = urlsplit(running.app_url)
    received = b""
    with socket.create_connection(
        (str(address.hostname), address.port or 80), timeout=2
    ) as connection:
        try:
            connection.sendall(sent)
            while chunk := connection.recv(65_536):
                received += chunk
        except OSError:
            pass
    return received


def _payments(party: Party) -> list[int]:
    auth = party.tokens(MANAGER)["AUTH_ID"]
    listed = party.control.call(
        "crm.item.payment.list", {"entityTypeId": 2, "entityId": 8061, "auth": auth}
    )
    return [int(json.loads(str(row["id"]))) for row in listed]
