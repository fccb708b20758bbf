"""The page's files: one script of many parts, small, kept for ever under a versioned address."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from b24app.web.plumbing import assets
from tests.support.stage import DEAL, MANAGER

FOLDER = Path(__file__).parents[3] / "static" / "app"
YEAR = "public, max-age=31536000, immutable"


def test_every_part_of_the_folder_is_in_the_script_once():
    script = assets.joined(FOLDER)

    assert sorted(path.stem for path in FOLDER.glob("*.js")) == sorted(assets.PARTS)
    assert [script.count(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.js")] == [
        1 for _ in assets.PARTS
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

    assert script.startswith('(function(){"use strict";')
    assert script.endswith("})();")


def test_nothing_is_sent_that_only_its_readers_need(client):
    """Comments and indentation are more than a third of what we write, packed."""
    for name in ("app.js", "frame.js", "settings.js", "app.css"):
        sent = client.get(f"/static/{name}").text

        assert not re.search(r"/\*|^\s*//|\n\s", sent), name


def test_a_program_of_others_is_sent_as_they_made_it(client):
    (htmx,) = FOLDER.parent.glob("htmx-*.min.js")

    assert client.get(f"/static/{htmx.name}").data == htmx.read_bytes()


def test_a_page_loads_no_more_than_was_promised(stage, client):
    page = stage.frame("/placement", stage.post_fields(MANAGER, DEAL, {"ID": "8061"})).text

    def packed(kind):
        names = re.findall(rf'"(/static/[^"?]+\.{kind}\?[^"]+)"', page)
        answers = [client.get(name, headers={"Accept-Encoding": "gzip"}) for name in names]
        return sum(len(answer.data) for answer in answers)

    assert 0 < packed("js") <= 60_000
    assert 0 < packed("css") <= 20_000


@pytest.mark.parametrize(
    "accepted", ["gzip", "br, gzip;q=0.5", "GZIP", "*"], ids=["alone", "second", "large", "any"]
)
def test_a_file_is_packed_for_who_can_unpack_it(client, accepted):
    answer = client.get("/static/app.css", headers={"Accept-Encoding": accepted})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == client.get("/static/app.css").data


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "*;q=0", "gzi"])
def test_a_file_is_not_packed_for_anybody_else(client, accepted):
    answer = client.get("/static/app.css", headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.data.startswith(b":root{")


def test_a_cache_never_takes_the_packed_form_for_the_other(client):
    packed = client.get("/static/app.css", headers={"Accept-Encoding": "gzip"})
    other = client.get("/static/app.css", headers={"If-None-Match": packed.headers["ETag"]})

    assert packed.headers["Vary"] == "Accept-Encoding"
    assert (other.status_code, other.data[:6]) == (200, b":root{")
    again = client.get(
        "/static/app.css",
        headers={"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"},
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "name", ["app", "nothing.js", "app/base.js", "..%2fapp.py", ".", "", "app.js%00", "APP.JS"]
)
def test_nothing_else_is_a_file(client, name):
    assert client.get(f"/static/{name}").status_code == 404
