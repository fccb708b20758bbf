"""A portal that serves some methods inside `batch` and others only as calls of their own."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from b24app.bitrix.command import Command
from tests.bitrix.conftest import failed, ok


def read(name, **params):
    return Command(name, params, lambda value: value)


def write(name, **params):
    return Command(name, params, lambda value: value, is_write=True)


class Portal:
    """Answers methods from `results`; serves those in `unbatched` only as single calls."""

    def __init__(self, results, unbatched=(), *, is_batch_off=False):
        self.results = results
        self.unbatched = set(unbatched)
        self.is_batch_off = is_batch_off
        self.ran: list[tuple[str, dict]] = []
        self.requests: list[str] = []

    def __call__(self, seen):
        method = seen.url.rsplit("/", 1)[1]
        self.requests.append(method)
        if method == "batch":
            return self._batch(seen.json)
        params = {key: value for key, value in seen.json.items() if key != "auth"}
        outcome = self._run(method, params)
        return failed(*outcome) if isinstance(outcome, tuple) else ok(outcome)

    def _run(self, method, params):
        self.ran.append((method, params))
        outcome = self.results[method]
        return outcome(params) if callable(outcome) else outcome

    def _batch(self, body):
        if self.is_batch_off:
            return failed("ERROR_BATCH_METHOD_NOT_ALLOWED", 405)
        results, errors = {}, {}
        for key, text in body["cmd"].items():
            method, _, query = text.partition("?")
            if method in self.unbatched:
                errors[key] = {"error": "ERROR_BATCH_METHOD_NOT_ALLOWED", "error_description": ""}
            else:
                self._run_in_batch(key, method, query, results, errors)
            if errors and body["halt"]:
                break
        return ok({"result": results or [], "result_error": errors or []})

    def _run_in_batch(self, key, method, query, results, errors):
        params = dict(parse_qsl(query))
        for name, value in params.items():
            named = re.fullmatch(r"\$result\[(\w+)\]", value)
            if named and named[1] not in results:
                errors[key] = {"error": "100", "error_description": "Invalid value {Array}"}
                return
            if named:
                params[name] = results[named[1]]
        outcome = self._run(method, params)
        if isinstance(outcome, tuple):
            errors[key] = {"error": outcome[0], "error_description": ""}
        else:
            results[key] = outcome
