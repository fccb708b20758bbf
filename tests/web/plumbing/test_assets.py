"""The page's script: joined of the parts in static/app, kept for ever under a versioned address."""

from __future__ import annotations

import re
from pathlib import Path

from b24app.web.plumbing.assets import PARTS
from tests.support.stage import DEAL, MANAGER

FOLDER = Path(__file__).parents[3] / "static" / "app"
YEAR = "public, max-age=31536000, immutable"


def test_every_part_of_the_folder_is_in_the_script_once(client):
    script = client.get("/static/app.js").text

    assert sorted(path.stem for path in FOLDER.glob("*.js")) == sorted(PARTS)
    assert [script.count(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.js")] == [
        1 for _ in PARTS
    ]


def test_the_script_of_a_page_is_kept_and_not_sent_again(stage, client):
    page = stage.frame("/placement", stage.post_fields(MANAGER, DEAL, {"ID": "8061"}))
    address = re.search(r'src="(/static/app\.js\?v=[0-9a-f]{12})"', page.text).group(1)

    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Content-Type"].startswith("text/javascript")
    assert first.headers["Cache-Control"] == YEAR
    assert client.get("/static/app.js").headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.text) == (304, "")


def test_no_file_is_kept_under_the_version_of_another(stage, client):
    """Of the next release, say: a cache would hold the old file under its address for a year."""
    page = stage.frame("/placement", stage.post_fields(MANAGER, DEAL, {"ID": "8061"})).text
    addresses = re.findall(r'(?:src|href)="(/static/[^"?]+\?v=[0-9a-f]{12})"', page)

    def life(address):
        with client.get(address) as answer:
            return answer.headers["Cache-Control"]

    assert len(addresses) > 3
    assert {life(one) for one in addresses} == {YEAR}
    assert {life(f"{one[:-1]}z") for one in addresses} == {"no-cache"}


def test_pages_ask_to_be_kept_and_packed_by_nobody(stage, client):
    page = stage.frame("/placement", stage.post_fields(MANAGER, DEAL, {"ID": "8061"}))

    assert page.headers["Cache-Control"] == "no-store, no-transform"
    assert client.get("/nothing").headers["Cache-Control"] == "no-store, no-transform"


def test_nothing_of_the_script_is_global(client):
    script = client.get("/static/app.js").text

    assert script.startswith('(function () {\n"use strict";\n')
    assert script.endswith("})();\n")
