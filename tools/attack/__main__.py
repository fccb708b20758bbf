"""`python -m tools.attack [name ...]`: attacks on the app as gunicorn serves it in production.

Each one starts the app and the simulated portal anew on this machine. Ends with status 1 where a
promise was not kept. Everything is kept in instance/attack.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

from tools.attack import slow_portals
from tools.attack.report import Row, head, line
from tools.stage import ROOT, Stage, StageError, free_ports, stage

ATTACKS: Mapping[str, Callable[[Stage], Iterator[Row]]] = {
    "silent-portal": slow_portals.silent_portal,
    "silent-portals": slow_portals.silent_portals,
    "busy-portal": slow_portals.busy_portal,
    "trickling-portal": slow_portals.trickling_portal,
}
PRODUCTION = {"APP_ENV": "production", "TRUSTED_PROXIES": "1", "LOG_LEVEL": "WARNING"}


def main(names: list[str]) -> int:
    """Carry out the named attacks, or all. Returns the exit status."""
    if unknown := set(names) - ATTACKS.keys():
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(ATTACKS)}.")
        return 2
    broken = 0
    for name in names or ATTACKS:
        broken += _carry_out(name)
    return 1 if broken else 0


def _carry_out(name: str) -> int:
    """Print an attack's table; answer how many promises were not kept."""
    attack = ATTACKS[name]
    broken = 0
    print(head(name, (attack.__doc__ or "").strip()), flush=True)
    try:
        with stage(ROOT / "instance" / "attack", *free_ports(), PRODUCTION) as running:
            for row in attack(running):
                print(line(row), flush=True)
                broken += not row.is_kept
    except StageError as error:
        print(error, file=sys.stderr)
        return 1
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
