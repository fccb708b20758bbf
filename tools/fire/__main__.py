"""`python -m tools.fire [--minutes 10] [--seed 1] [--short] [--write]`: proof under fire.

Starts the app as gunicorn serves it, with several workers, on PostgreSQL where a server answers
(FIRE_POSTGRES_URL), and the simulated portal; lets people work while faults of every kind strike;
then compares the books. Ends with a table, and with status 1 where any of it is not 0. `--write`
puts the figures into docs/reliability.md. Everything is kept in instance/fire.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from b24app.storage.models import Activity
from b24app.storage.session import Database
from tools.attack.two_portals import ADMIN, Party, first_portal
from tools.bench.portal import Portal
from tools.fire import page
from tools.fire.books import Books, Line, Row, renewed
from tools.fire.database import ground
from tools.fire.ledger import Ledger, Recording
from tools.fire.people import CARD, Crew
from tools.fire.trouble import Place, SmallDisk, Trouble
from tools.stage import ROOT, Stage, StageError, free_ports, stage

FOLDER = Path(os.environ.get("FIRE_FOLDER") or ROOT / "instance" / "fire")
PAYMENTS = 40
WORKERS = 3
CARDS = ((2, CARD), (2, 8062), (2, 8064), (2, 8066), (31, 512))


@dataclass
class Plan:
    """How long, from which seed, and with how many people."""

    minutes: float = 10.0
    seed: int = 1
    people: int = 10
    folder: Path = FOLDER


@dataclass
class Found:
    """What a run came to."""

    rows: list[Row]
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Whether nothing at all is wrong."""
        return not any(row.wrong for row in self.rows)


def main(arguments: Sequence[str]) -> int:
    """Run, print and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.fire", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--short", action="store_true", help="one minute")
    parser.add_argument("--write", action="store_true", help="put the figures into the page")
    asked = parser.parse_args(arguments)
    plan = Plan(1.0 if asked.short else asked.minutes, asked.seed, asked.people)
    try:
        found = run(plan)
    except StageError as error:
        print(error, file=sys.stderr)
        return 2
    print(page.as_text(found.figures, found.rows))
    if asked.write:
        page.write(found.figures, found.rows)
    return 0 if found.is_kept else 1


def run(plan: Plan) -> Found:
    """Set the stage, let it burn, compare. Raises StageError."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    with (
        ground(str(plan.folder / "app" / "app.db")) as base,
        SmallDisk(plan.folder / "disk") as disk,
    ):
        for_app = {
            "APP_ENV": "production",
            "DATABASE_URL": base.url,
            "REST_LOG_DIR": str(disk.folder),
            "LOG_LEVEL": "WARNING",
            "WEB_CONCURRENCY": str(WORKERS),
        }
        with stage(plan.folder / "app", *free_ports(), for_app) as running:
            return _burn(plan, running, Place(base, disk))


def _burn(plan: Plan, running: Stage, place: Place) -> Found:
    party, ledger = first_portal(running), Ledger()
    portal = Portal(running.portal_url)
    portal.control("limits", rate="off", operating="off")
    portal.control("seed", payments=PAYMENTS)
    start = _payments(party)
    began = time.time()
    recording, crew = Recording(portal), Crew(party, ledger, plan.seed, plan.people)
    trouble = Trouble(running, place, plan.seed)
    for part in (recording, crew, trouble):
        part.start()
    time.sleep(plan.minutes * 60)
    trouble.stop()
    crew.stop()
    late = crew.late
    crew.come_back()
    crew.wait_until_given_up()
    running.flask("housekeeping")
    recording.stop()
    lines = _lines(place.ground.own_url)
    books = Books(start, recording.ran(), ledger.wishes, lines, began)
    rows = [
        books.once(), books.wanted(), books.lost(), books.nothing(), books.unlogged(),
        books.invented(), books.shown(ledger.seen), *renewed(recording.renewals(), began),
        Row("answers that are not documented", sum(ledger.statuses.values()), ledger.undocumented),
        books.final(_payments(party)),
    ]  # fmt: skip
    figures = _about(plan, place, ledger) | {
        "requests to the portal": str(recording.count),
        "writes executed": str(len(books.ran)),
        "asked about again after 2 minutes": str(late),
        "faults": _counted(trouble.struck),
    }
    return Found(rows, figures)


def _about(plan: Plan, place: Place, ledger: Ledger) -> dict[str, str]:
    """How it was done, and how much people did."""
    return {
        "minutes": f"{plan.minutes:g}, seed {plan.seed}",
        "database": "PostgreSQL" if place.ground.server else "SQLite",
        "people, workers": f"{plan.people}, {WORKERS}",
        "disk of the REST log": "of its own" if place.disk.is_there else "a folder taken away",
        "requests to the app": _counted(ledger.statuses),
        "writes wanted": _counted(Counter(wish.told or "never told" for wish in ledger.wishes)),
    }


def _payments(party: Party) -> dict[int, str]:
    """The payments of all cards as the portal has them, Y or N."""
    found = {}
    for kind, card in CARDS:
        auth = party.tokens(ADMIN)["AUTH_ID"]
        rows = party.control.call(
            "crm.item.payment.list", {"entityTypeId": kind, "entityId": card, "auth": auth}
        )
        found.update({int(row["id"]): str(row["paid"]) for row in rows})
    return found


def _lines(url: str) -> list[Line]:
    database = Database(url).of_all()
    with database.reading() as session:
        found = session.scalars(select(Activity).order_by(Activity.id)).all()
        lines = [
            Line(line.action, line.outcome, line.detail, line.payment_id, line.at.timestamp(),
                 line.user_id)
            for line in found
        ]  # fmt: skip
    database.close()
    return lines


def _counted(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    each = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    return f"{total}: {each}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
