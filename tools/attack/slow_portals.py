"""Portals that keep the app waiting, and the people of another portal beside them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import requests

from tools.attack.hostile import (
    Answer,
    HostilePortal,
    busy,
    dripping,
    hostile_portals,
    huge,
    silent,
    trickling,
)
from tools.attack.people import Waits, frame_fields, open_card, people_at_work, together
from tools.attack.report import Row, undisturbed
from tools.bench.workers import workers_of
from tools.stage import Stage

OPENINGS = 64
CALM_SECONDS = 10
MOST_MEGABYTES = 400
WORDS_SECONDS = 16.0


def calm(running: Stage) -> Iterator[Row]:
    """Nobody attacks: what the machine itself makes people wait."""
    with people_at_work(running) as others:
        time.sleep(CALM_SECONDS)
    yield Row("people at work", others, *undisturbed(others))


def silent_portal(running: Stage) -> Iterator[Row]:
    """64 openings of a portal that answers after 14 s."""
    yield from _beside(running, silent(14), 1)


def silent_portals(running: Stage) -> Iterator[Row]:
    """64 openings of eight such portals, twice in a row."""
    yield from _beside(running, silent(14), 8)
    yield from _beside(running, silent(14), 8)


def busy_portal(running: Stage) -> Iterator[Row]:
    """64 openings of a portal that calls every request one too many."""
    yield from _beside(running, busy, 1)


def trickling_portal(running: Stage) -> Iterator[Row]:
    """64 openings of a portal that sends one byte a second."""
    yield from _beside(running, trickling, 1)


def dripping_portal(running: Stage) -> Iterator[Row]:
    """64 openings of a portal whose heads, parts and packed bodies come byte by byte."""
    yield from _beside(running, dripping, 1)


def huge_answers(running: Stage) -> Iterator[Row]:
    """64 openings, twice, of a portal whose answers are huge, deep or odd."""
    answer = huge()
    for _ in range(2):
        yield from _beside(running, answer, 1)
    largest = max((worker.megabytes for worker in workers_of(running.app_pid)), default=0.0)
    is_kept = 0 < largest <= MOST_MEGABYTES
    promise = f"at most {MOST_MEGABYTES} MB"
    yield Row("the largest process", Waits(), is_kept, promise, f"{largest:.0f} MB")


def _beside(running: Stage, answer: Answer, portals: int) -> Iterator[Row]:
    with hostile_portals(running, answer, portals) as installed, people_at_work(running) as others:
        time.sleep(1)
        own = together(OPENINGS, lambda number: _open(running, installed[number % portals]))
        time.sleep(1)
    yield Row(
        "its own people", own, own.longest <= WORDS_SECONDS, f"words in {WORDS_SECONDS:.0f} s"
    )
    yield Row("people of another portal", others, *undisturbed(others))


def _open(running: Stage, portal: HostilePortal) -> requests.Response:
    fields = frame_fields(portal.member_id, portal.application_token)
    return open_card(running.app_url, portal.host, fields)
