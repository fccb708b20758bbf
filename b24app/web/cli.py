"""Commands for operators: `flask --app app housekeeping`."""

from __future__ import annotations

import click

from b24app.services import housekeeping
from b24app.services.deps import Deps


def housekeeping_command(deps: Deps) -> click.Command:
    """The command that does the hourly work of this deployment."""

    @click.command("housekeeping")
    def command() -> None:
        """Do the hourly work: events, retention, grants, keys. Safe from two machines."""
        for name, count in housekeeping.run(deps).items():
            click.echo(f"{name}: {count}")

    return command
