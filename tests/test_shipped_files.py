"""Files people copy, read or are served: they must agree with the code."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from b24app.config import Config
from tools.vendor_htmx import version_of

ROOT = Path(__file__).resolve().parent.parent
ENV_NAME = re.compile(
    r'self\._(?:text|needed|flag|one_of|int|url)\(\s*"([A-Z0-9_]+)"'  # Every way of reading one.
)
HOST_OR_INDEX = re.compile(r"https?://|--index-url|--find-links|--trusted-host|@ file:")


def text(name: str) -> str:
    return (ROOT / name).read_text()


def names_read_by_config() -> set[str]:
    return set(ENV_NAME.findall(text("b24app/config.py")))


def test_config_reads_as_many_names_as_it_has_fields():
    assert len(names_read_by_config()) == len(fields(Config))


def test_env_example_lists_exactly_the_names_that_are_read():
    listed = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text(".env.example"), re.MULTILINE))

    assert listed == names_read_by_config()


def test_configuration_page_explains_exactly_the_names_that_are_read():
    rows = re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", text("docs/configuration.md"), re.MULTILINE)

    assert sorted(rows) == sorted(names_read_by_config())


def test_defaults_in_env_example_are_the_ones_the_app_uses():
    example = dict(re.findall(r"^#([A-Z][A-Z0-9_]+)=(.+)$", text(".env.example"), re.MULTILINE))
    needed = {
        "B24_CLIENT_ID": "app.client",
        "B24_CLIENT_SECRET": "secret",
        "SECRET_KEY": "0123456789abcdef",
        "TOKEN_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    }

    assert Config.from_env({**example, **needed}) == Config.from_env(needed)


@pytest.mark.parametrize(
    "name",
    [f"requirements{of}.txt" for of in ("", "-dev", "-sbom", "-bench")],
)
def test_requirements_are_pinned_by_hash_and_name_no_index(name):
    pins = re.findall(r"^[a-z][^ ]*==[^ ]+ \\\n    --hash=sha256:", text(name), re.MULTILINE)
    packages = re.findall(r"^[a-z][a-z0-9.-]*", text(name), re.MULTILINE)

    assert len(pins) == len(packages) > 0
    assert not HOST_OR_INDEX.search(text(name))


def test_development_and_production_install_the_same_versions():
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^[a-z][^ ]*==[^ ]+", text(name), re.MULTILINE))

    assert versions("requirements.txt") <= versions("requirements-dev.txt")


def test_htmx_is_the_version_its_name_says_and_is_used_by_that_name():
    (script,) = (ROOT / "static").glob("htmx-*.min.js")
    version = script.name.removeprefix("htmx-").removesuffix(".min.js")

    assert version_of(script.read_text()) == version
    assert script.name in text("templates/base.html")


def test_manifest_is_complete():
    manifest = json.loads(text("install.json"))

    assert {"name", "version", "scopes", "placements", "events", "paths"} <= manifest.keys()
    assert all(scope["reason"] for scope in manifest["scopes"])
    assert all(path.startswith("/") for path in manifest["paths"].values())


LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "market").glob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    links = LINK.findall(page.read_text())
    missing = [target for target in links if not (page.parent / target).exists()]

    assert not missing


def test_every_page_is_found_from_the_readme():
    pages = [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/bitrix24/*.md"), ROOT / "market/README.md"]
    found = set(LINK.findall(text("README.md")))

    assert [one for one in pages if one.relative_to(ROOT).as_posix() not in found] == []


def test_every_picture_of_the_pages_is_shown():
    shown = "".join(page.read_text() for page in PAGES)

    assert [one.name for one in ROOT.glob("docs/images/*.png") if one.name not in shown] == []
