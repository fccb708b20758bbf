"""Requests of a page that are held back, or answered before what is done meanwhile."""

from __future__ import annotations

import re


class Held:
    """Requests that are on their way until they are let go."""

    def __init__(self, someone, pattern, method="GET"):
        self.routes = []
        self.is_over = False
        self.page = someone.page
        self.is_it = lambda request: re.search(pattern, request.url) and request.method == method
        self.page.route(re.compile(pattern), self._take)

    def _take(self, route):
        if self.is_it(route.request) and not self.is_over:
            self.routes.append(route)
        else:
            route.continue_()

    def wait(self, press):
        """Do what sends one, and wait until it is sent."""
        with self.page.expect_request(self.is_it):
            press()

    def let_go(self):
        """Let the oldest one through, and wait for its answer."""
        with self.page.expect_response(lambda response: self.is_it(response.request)):
            self.routes.pop(0).continue_()


class Late(Held):
    """Like `Held`, but the server has answered already, before what is done meanwhile."""

    def _take(self, route):
        if self.is_it(route.request) and not self.is_over:
            self.is_over = True
            self.routes.append((route, route.fetch()))
        else:
            route.continue_()

    def let_go(self):
        route, answer = self.routes.pop()
        route.fulfill(response=answer)
