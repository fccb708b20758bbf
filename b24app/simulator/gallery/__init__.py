"""Every state of the application's pages, each reached by what this portal really answers.

One table (`STATES`) serves the page for people under `/_control/gallery` and the test that looks at
all of them. A state says what the portal is made like, which page is opened by whom, what is
pressed there, and what must be seen. Nothing here knows a word of the application's code.
"""

from __future__ import annotations

from b24app.simulator.gallery.cards import CARDS
from b24app.simulator.gallery.overlays import OVERLAYS
from b24app.simulator.gallery.own_pages import OWN_PAGES
from b24app.simulator.gallery.state import State
from b24app.simulator.gallery.trouble import TROUBLE

GROUPS: dict[str, tuple[State, ...]] = {
    "What a card holds": CARDS,
    "What opens over it": OVERLAYS,
    "Rights and trouble": TROUBLE,
    "Settings and installation": OWN_PAGES,
}
STATES = {state.name: state for group in GROUPS.values() for state in group}
"""Every state by its name."""
