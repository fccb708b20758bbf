"""The legal pages name product and licensor exactly as the marketplace card does."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from b24app import create_app

PAGES = ("/legal/license", "/legal/privacy")
PARTY = re.compile(r"<strong>(\w+)</strong>: (.+?) ?<(?:br|/p)>")


def parties(client, page):
    """What stands behind each name, as read."""
    return dict(PARTY.findall(re.sub(r"\s+", " ", client.get(page).text)))


@pytest.mark.parametrize("page", PAGES)
def test_product_and_licensor_are_named_as_configured(bare_stage, page):
    named = {"licensor": "Lumen & Sons Ltd.", "support_email": "help@lumen.example"}
    app = create_app(replace(bare_stage.config, **named), http_adapter=bare_stage.adapter)

    found = parties(app.test_client(), page)

    assert (found["Product"], found["Licensor"]) == ("Deal Payments", "Lumen &amp; Sons Ltd.")
    assert 'href="mailto:help@lumen.example"' in found["Support"]


@pytest.mark.parametrize("page", PAGES)
def test_the_card_links_them_in_each_language(client, page):
    german = client.get(page, query_string={"LANG": "de"}).text

    assert '<html lang="de"' in german
    assert f'href="{page}?LANG=de"' in german
    assert '<html lang="en"' in client.get(page, query_string={"LANG": "../x"}).text


def test_without_a_configured_one_nobody_is_made_up(bare_stage):
    found = parties(bare_stage.client, "/legal/license")

    assert found["Licensor"] == "the vendor named in the app’s card in the marketplace"
    assert "Support" not in found
