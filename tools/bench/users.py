"""Many people of many portals at once, and what each of them saw."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from tools.visitor import Frame

SECONDS = 60
PATH = "/payments?first=1"


@dataclass(frozen=True)
class Answer:
    """When an answer was there, how long it took, and its status; 0 where there was none."""

    at: float
    seconds: float
    status: int


def always(frames: Sequence[Frame], users: int, seconds: float) -> list[Answer]:
    """Let so many users open their card again and again for so long; spread over the frames."""
    end = time.perf_counter() + seconds
    with ThreadPoolExecutor(users) as pool:
        chosen = [frames[number % len(frames)] for number in range(users)]
        done = [pool.submit(_again, frame, end) for frame in chosen]
        return [answer for future in done for answer in future.result()]


def at_a_rate(frames: Sequence[Frame], rate: float, seconds: float, threads: int) -> list[Answer]:
    """Let somebody open a card so often a second, by turns of the frames, whoever still waits."""
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        done = [
            pool.submit(_at, frames[number % len(frames)], started + number / rate)
            for number in range(int(rate * seconds))
        ]
        return [future.result() for future in done]


def _again(frame: Frame, end: float) -> list[Answer]:
    answers = []
    connection = _connection(frame)
    while time.perf_counter() < end:
        answers.append(_ask(connection, frame, time.perf_counter()))
    connection.close()
    return answers


def _at(frame: Frame, moment: float) -> Answer:
    time.sleep(max(0.0, moment - time.perf_counter()))
    connection = _connection(frame)
    answer = _ask(connection, frame, moment)
    connection.close()
    return answer


def _connection(frame: Frame) -> http.client.HTTPConnection:
    # The library that visitors use costs as much processor time as the app.
    return http.client.HTTPConnection(urlsplit(frame.url).netloc, timeout=SECONDS)


def _ask(connection: http.client.HTTPConnection, frame: Frame, since: float) -> Answer:
    try:
        connection.request("GET", PATH, headers={"HX-Request": "true", **frame.headers})
        answer = connection.getresponse()
        answer.read()
        status = answer.status
    except (OSError, http.client.HTTPException):
        connection.close()
        status = 0
    now = time.perf_counter()
    return Answer(now, now - since, status)
