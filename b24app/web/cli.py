"""Define commands for operators: `flask --app app housekeeping`, `doctor`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable

import click

from b24app.config import Config
from b24app.errors import DatabaseAwayError
from b24app.services.deps import Deps
from b24app.services.lifecycle import housekeeping, self_check
from b24app.services.lifecycle.self_check import Finding, Level


def in_one_sentence(command: Callable[[], None]) -> Callable[[], None]:
    """End a command without a database with one sentence and status 1, not with a traceback."""

    @functools.wraps(command)
    def run() -> None:
        try:
            command()
        except DatabaseAwayError as error:
            raise click.ClickException(
                f"{error}. Check DATABASE_URL, that its server runs, and that "
                "`flask --app app db upgrade` has run."
            ) from None

    return run


def housekeeping_command(deps: Deps) -> click.Command:
    """Return the command that does the hourly work of this deployment."""

    @click.command("housekeeping")
    @in_one_sentence
    def command() -> None:
        """Do the hourly work: events, retention, grants, keys. Safe from two machines."""
        for name, count in housekeeping.run(deps).items():
            click.echo(f"{name}: {count}")

    return command


def doctor_command(deps: Deps, config: Config) -> click.Command:
    """Return the command that checks this deployment."""

    @click.command("doctor")
    @in_one_sentence
    def command() -> None:
        """Check configuration, database, keys, clock, network and log. Ends with 1 if one fails."""
        worst = Level.OK
        for found in self_check.run(deps, config):
            click.echo(_line(found))
            worst = Level.FAIL if Level.FAIL in {worst, found.level} else worst
        sys.exit(1 if worst is Level.FAIL else 0)

    return command


def _line(found: Finding) -> str:
    advice = f" -> {found.advice}" if found.advice else ""
    return f"{found.level:<5} {found.about}: {found.said}{advice}"
