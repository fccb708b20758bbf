"""Hosts as browsers write them, and what a policy can say of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.hosts import ascii_host, frame_source, is_nameable, without_usual_port

SOURCE = re.compile(r"https:(//(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?)?")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Portal.Example", "portal.example"),
        (" portal.example:8443 ", "portal.example:8443"),
        ("Портал.example", "xn--80awhdgm.example"),
        ("xn--80awhdgm.example", "xn--80awhdgm.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("हिन्दी.example", "xn--j2bd4cyah0f.example"),
        ("☕.example", "xn--53h.example"),
        ("\uff50\uff4frtal\u3002example", "portal.example"),
        ("my_portal.example", "my_portal.example"),
    ],
)
def test_a_host_is_written_as_browsers_write_it(text, host):
    assert ascii_host(text) == host


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "a b", "a/b", "a@b", "a:b", "a:0", "a:65536", "a:1:2", "[::1]", "a\nb", "a;b",
     "\ud800", "x" * 254, "ж" * 60, "https://a", "*", "a\x00b", "a%2eb"],
)  # fmt: skip
def test_what_is_no_host_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        ascii_host(text)


@given(st.text(max_size=80))
def test_whatever_is_taken_for_a_host_is_one_and_stays_the_same(text):
    try:
        host = ascii_host(text)
    except ValueError:
        return

    assert re.fullmatch(r"[a-z0-9_.-]+(:\d{1,5})?", host)
    assert ascii_host(host) == host
    assert SOURCE.fullmatch(frame_source("https", host))


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("portal.example:8443", "https://portal.example:8443"),
        ("my_portal.example:8443", "https://*.example:8443"),
        ("crm.my_portal.werk.example", "https://*.werk.example"),
        ("portal.example.", "https:"),
        ("portal_1:8443", "https:"),
        ("[::1]:8443", "https:"),
    ],
)
def test_what_cannot_be_named_is_covered_by_the_least_that_can(host, source):
    assert frame_source("https", host) == source
    assert is_nameable(host) is (source == f"https://{host}")


def test_the_usual_port_says_nothing():
    assert without_usual_port("portal.example:443", "https") == "portal.example"
    assert without_usual_port("portal.example:443", "http") == "portal.example:443"
    assert without_usual_port("portal.example:80", "http") == "portal.example"
