"""The simulated portal as it stands in the pictures: in one language, without its own signs.

`APP_ENV=development python -m tools.market.portal --port 8724 --language de`. The demo card's data
and the portal's own words are translated; what only the simulator has (its badge, the choice of
language and person, the control panel) is left out, because people look at the pictures to see
what they will get.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import Response

from b24app.simulator.oauth import create_oauth
from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state.events import EventWorker
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.server import PortalServer
from tools.market.kit import LANGUAGES

WORDS = Path(__file__).parent / "portal_words.toml"
COMPANY = {"en": "Lumen Studio", "de": "Lumen Studio", "ru": "Студия «Люмен»"}
ONLY_OF_A_SIMULATOR = (
    r'<span class="top__mark">.*?</span>',
    r'<form class="top__form"[^>]*switch_language.*?</form>',
    r'<label class="vh" for="user">.*?</label>\s*<select id="user".*?</select>',
    r'<a class="menu__item[^"]*" href="/_control.*?</a>',
)
ELEMENT = re.compile(r">(\s*)([^<>]*?[^<>\s])(\s*)<")


def main() -> int:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tools.market.portal")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--language", choices=LANGUAGES, required=True)
    asked = parser.parse_args()
    state = translated(asked.port, asked.language)
    portal = create_portal(state)

    @portal.after_request
    def as_people_see_it(answer: Response) -> Response:
        if answer.mimetype == "text/html":
            answer.set_data(page_of_people(answer.get_data(as_text=True), asked.language))
        return answer

    PortalServer(portal, asked.port)
    PortalServer(create_oauth(state), asked.port + 1)
    worker = EventWorker(state)
    worker.start()
    worker.join()
    return 0


def translated(port: int, language: str) -> PortalState:
    """Return a portal whose people read `language` and whose cards are written in it."""
    origin = f"http://localhost:{port + 1}"
    state = PortalState(domain=f"localhost:{port}", oauth_origin=origin)
    words = words_of("data", language)
    crm = state.crm
    tables = (
        crm.cards, crm.smart_processes, crm.product_rows, crm.pay_systems, crm.shipments,
        crm.payments, state.users,
    )  # fmt: skip
    for table in tables:
        for record in table.values():
            _translate(record, words)
    for user in state.users.values():
        user.language = language
    return state


def words_of(kind: str, language: str) -> Mapping[str, str]:
    """Return what each English word of a list in `portal_words.toml` is in a language."""
    rows = tomllib.loads(WORDS.read_text(encoding="utf-8"))[kind]
    return {row[0]: row[LANGUAGES.index(language)] for row in rows}


def page_of_people(page: str, language: str) -> str:
    """Return a page of the portal without what only a simulator has, in a language."""
    for pattern in ONLY_OF_A_SIMULATOR:
        page = re.sub(pattern, "", page, flags=re.DOTALL)
    page = page.replace("Northwind <b>24</b>", COMPANY[language])
    page = re.sub(r'(class="menu__logo"[^>]*>)N<', rf"\g<1>{COMPANY[language][0]}<", page)
    words = words_of("page", language)
    deal = tomllib.loads(WORDS.read_text(encoding="utf-8"))["deal"][LANGUAGES.index(language)]
    page = page.replace(">Deal #", f">{deal} #").replace('lang="en"', f'lang="{language}"', 1)
    return ELEMENT.sub(lambda found: f">{found[1]}{words.get(found[2], found[2])}{found[3]}<", page)


def _translate(record: Any, words: Mapping[str, str]) -> None:
    for name in _texts_of(record):
        value = getattr(record, name)
        if value in words:
            setattr(record, name, words[value])


def _texts_of(record: Any) -> Iterator[str]:
    for field in dataclasses.fields(record):
        if isinstance(getattr(record, field.name), str):
            yield field.name


if __name__ == "__main__":
    sys.exit(main())
