"""Define commands for operators: `flask --app app housekeeping`."""

from __future__ import annotations

import functools
from collections.abc import Callable

import click

from b24app.errors import DatabaseAwayError
from b24app.services.deps import Deps
from b24app.services.lifecycle import housekeeping


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
