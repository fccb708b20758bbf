"""Define commands for operators: housekeeping, doctor, backup, restore."""

from __future__ import annotations

import functools
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

import click

from b24app.config import Config
from b24app.errors import DatabaseAwayError
from b24app.services.deps import Deps
from b24app.services.lifecycle import backups, housekeeping, self_check
from b24app.services.lifecycle.backups import BackupError, Restored, UpgradeError
from b24app.services.lifecycle.self_check import Finding, Level

P = ParamSpec("P")

TOLD_TO_END = (signal.SIGTERM, signal.SIGHUP)
OF_A_SIGNAL = 128
"""What shells add to the number of the signal that ended a command."""


def in_one_sentence(command: Callable[P, None]) -> Callable[P, None]:
    """End a command that cannot do its work with one sentence and status 1, with no traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except DatabaseAwayError as error:
            raise click.ClickException(f"{error} -> {error.advice}") from None
        except (BackupError, UpgradeError) as error:
            raise click.ClickException(f"{error}. Nothing was changed.") from None

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


def backup_commands(deps: Deps) -> tuple[click.Command, click.Command]:
    """Return the commands that back the database up and restore it."""

    @click.command("backup")
    @click.option(
        "--folder",
        default="instance/backups",
        show_default=True,
        type=click.Path(path_type=Path, file_okay=False),
        help="Where the file is written.",
    )
    @click.option(
        "--keep",
        default=14,
        show_default=True,
        type=click.IntRange(min=0),
        help="How many backups stay in the folder; 0 keeps all.",
    )
    @in_one_sentence
    def backup_command(folder: Path, keep: int) -> None:
        """Write the whole database into a new file, while the app runs. The keys are not in it."""
        with _ending_cleanly():
            written = backups.back_up(deps, folder, keep)
        click.echo(f"{written} ({written.stat().st_size} bytes). TOKEN_KEYS are not in it.")

    @click.command("restore")
    @click.argument("file", type=click.Path(path_type=Path))
    @in_one_sentence
    def restore_command(file: Path) -> None:
        """Fill the empty database of DATABASE_URL from FILE, and upgrade its schema."""
        with _ending_cleanly():
            done = backups.restore(deps, file)
        click.echo(_restored(done))

    return backup_command, restore_command


@contextmanager
def _ending_cleanly() -> Iterator[None]:
    """Let what was begun end with this process when it is told to end.

    Left alone, `pg_dump` would go on without it, and the part of a file would stay.
    """

    def end(number: int, _frame: Any) -> NoReturn:
        sys.exit(OF_A_SIGNAL + number)

    before = {number: signal.signal(number, end) for number in TOLD_TO_END}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _restored(done: Restored) -> str:
    opened, lost = done.seals.newest + done.seals.older, done.seals.unreadable
    lines = [
        f"portals: {done.portals}",
        f"schema: revision {done.revision}",
        f"secrets that TOKEN_KEYS open, of those looked at: {opened} of {opened + lost}",
    ]
    if lost:
        lines.append("Add the TOKEN_KEYS of that time behind the present ones.")
    return "\n".join(lines)
