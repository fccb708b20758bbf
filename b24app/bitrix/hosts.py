"""Write host names as browsers do in an origin, and name them in a page's policy. Pure.

Browsers turn a host into small letters and punycode (UTS 46) before they compare it with anything,
so that is how it is stored and compared here. In `frame-ancestors` they can name letters, digits
and hyphens only: https://www.w3.org/TR/CSP3/#framework-directive-source-list.
"""

from __future__ import annotations

import re

import idna

USUAL_PORTS = {"https": ":443", "http": ":80"}
LONGEST = 253
LONGEST_LABEL = 63
LAST_PORT = 65535

WITH_PORT = re.compile(r"([^:]+)(?::(\d{1,5}))?", re.ASCII)
HOST = re.compile(r"[a-z0-9_.-]+")
LABEL = re.compile(r"[a-z0-9-]+")


def ascii_host(text: str) -> str:
    """Return `Портал.Example:8443` as `xn--80aa0aqlc.example:8443`. Raises ValueError."""
    found = WITH_PORT.fullmatch(text.strip())
    if found is None or len(found[1]) > LONGEST:
        raise ValueError("not a host with or without a port")
    labels = idna.uts46_remap(found[1], std3_rules=False).split(".")
    host = ".".join(map(_ascii_label, labels))
    if not HOST.fullmatch(host) or len(host) > LONGEST or not host.strip("."):
        raise ValueError("not a host")
    if found[2] is None:
        return host
    if not 0 < int(found[2]) <= LAST_PORT:
        raise ValueError("not a port")
    return f"{host}:{int(found[2])}"


def without_usual_port(host: str, scheme: str) -> str:
    """Return `portal.example:443` as `portal.example`, as origins are written."""
    return host.removesuffix(USUAL_PORTS.get(scheme, ""))


def is_nameable(host: str) -> bool:
    """Return whether a policy can name this host: no underscore, and no IPv6 address."""
    return all(LABEL.fullmatch(label) for label in _name(host).split("."))


def frame_source(scheme: str, host: str) -> str:
    """Return the narrowest source of a policy that lets a page of this host frame us.

    A host that cannot be named is covered by its parent domain, or by its scheme alone: good
    enough for a page of words, never for one with content.
    """
    if is_nameable(host):
        return f"{scheme}://{host}"
    labels = _name(host).split(".")
    odd = max(number for number, label in enumerate(labels) if not LABEL.fullmatch(label))
    parent = ".".join(labels[odd + 1 :])
    return f"{scheme}://*.{parent}{host[len(_name(host)) :]}" if parent else f"{scheme}:"


def _name(host: str) -> str:
    return host if host.startswith("[") else host.partition(":")[0]


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    # Not `idna.encode`: it refuses names that browsers open, such as those with a picture.
    encoded = f"xn--{label.encode('punycode').decode()}"
    if len(encoded) > LONGEST_LABEL:
        raise ValueError("a part of the host is too long")
    return encoded
