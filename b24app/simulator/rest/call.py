"""One call of one REST method: what a handler gets, and what it may return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from b24app.simulator.portal_state.application import Installation
from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.switches import NEW, OLDEST
from b24app.simulator.portal_state.tokens import Token

from ..errors import InvalidParameterError, RefusedError, access_denied, wrong_auth_type
from ..php import as_array, is_numeric, to_int, to_text

PAGE_ROWS = 50


@dataclass
class Page:
    """A paged result: `value` with the envelope's `total` and `next` (absent when None)."""

    value: object
    total: int | None = None
    next: int | None = None


@dataclass(frozen=True)
class Method:
    """One row of the method table.

    scopes      any one of them is enough; empty means basic, which every application has
    is_intranet  only employees may call it
    is_controller  binds parameters by type (code 100) and is missing from `methods`
    is_any_case  takes its parameters in any letter case; the handler gets them in upper case
    """

    name: str
    handler: Callable[[Call], object]
    scopes: tuple[str, ...] = ()
    is_intranet: bool = False
    is_controller: bool = False
    is_any_case: bool = False


@dataclass
class Call:
    """A method being executed for a user. Most methods take names in one letter case only.

    `kept` is shared by all commands of a batch: they run in one process of the portal.
    """

    state: PortalState
    token: Token
    user: User
    params: dict[str, object]
    kept: dict[object, object] = field(default_factory=dict)

    @property
    def generation(self) -> str:
        """Return the server generation: new, old or oldest."""
        return self.state.switches.generation

    @property
    def is_new(self) -> bool:
        """Return whether the portal is of the new generation."""
        return self.generation == NEW

    @property
    def is_oldest(self) -> bool:
        """Return whether the portal is of the oldest generation."""
        return self.generation == OLDEST

    # Binding, as the portal's controllers do it (code 100)

    def int_param(self, name: str) -> int:
        """Bind a required int: any numeric, fractions cut."""
        if name not in self.params:
            raise InvalidParameterError.missing(name)
        value = self.params[name]
        if not is_numeric(value):
            raise InvalidParameterError.invalid(name, to_text(value), "int")
        return to_int(value)

    def text_param(self, name: str) -> str:
        """Bind a required string: any scalar."""
        if name not in self.params:
            raise InvalidParameterError.missing(name)
        value = self.params[name]
        if value is None or isinstance(value, dict | list):
            raise InvalidParameterError.invalid(name, to_text(value), "string")
        return to_text(value)

    def array_param(self, name: str, *, is_required: bool = False) -> dict[str | int, object]:
        """Bind an array; absent gives an empty one unless required, null and "" fail."""
        if name not in self.params:
            if is_required:
                raise InvalidParameterError.missing(name)
            return {}
        value = self.params[name]
        if not isinstance(value, dict | list):
            raise InvalidParameterError.invalid(name, to_text(value), "array")
        return as_array(value)

    # Rights

    def may(self, level: str, area: str) -> bool:
        """Return whether the user holds read, update or delete in an area of CRM rights."""
        return self.user.may(level, area)

    def demand(self, allowed: bool, quiet_result: object, old_text: str) -> None:
        """Refuse in the shape of the present generation unless `allowed`."""
        if not allowed:
            raise RefusedError(old_text, quiet_result)

    def demand_application(self) -> None:
        """Refuse a webhook: the method needs an application's token."""
        if self.token.client_id is None:
            raise wrong_auth_type()

    def installation(self) -> Installation:
        """Return the installation this call works for; refuse a webhook or a foreign token."""
        self.demand_application()
        installed = self.state.installation
        if installed is None or self.token.client_id != self.state.application.client_id:
            raise access_denied("Access denied! Application context required", 403)
        return installed


def upper_names(params: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters with upper-case names. The portal takes `start` itself, as it is."""
    return {name if name == "start" else name.upper(): value for name, value in params.items()}


def page_of(rows: list[object], start: int, rows_per_page: int = PAGE_ROWS) -> Page:
    """Cut one page: `start` -1 switches counting off, `next` is absent on the last page."""
    if start < 0:
        return Page(rows[:rows_per_page])
    end = start + rows_per_page
    return Page(rows[start:end], total=len(rows), next=end if end < len(rows) else None)


def of_one_answer(call: Call, rows: list[object]) -> Page | list[object]:
    """Return a list that has no pages, as a portal gives it that pages it all the same."""
    return page_of(rows, 0) if call.state.switches.has_pages_everywhere else rows


def start_param(params: dict[str, object], name: str = "start") -> int:
    """Return the paging offset; anything that is no number counts as 0."""
    value = params.get(name, 0)
    return to_int(value) if is_numeric(value) else 0
