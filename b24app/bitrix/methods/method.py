"""A REST method that this application can call.

Each is declared beside the function that makes its command. A command is made by its method, so
none can be called that is not declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from b24app.bitrix.command import Command
from b24app.errors import BusinessRefusalError, PortalError

T = TypeVar("T")

BASIC = "basic"
"""The scope that is granted always; `crm`, `placement` ... are scopes of `install.json`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """`page` is a page of the official documentation, https://apidocs.bitrix24.com.

    `zero` is what "0" as text means. It comes from portals that have ACCESS_DENIED for rights: what
    is left is "has not been found", or one of several reasons, which is BusinessRefusalError.

    `old_zero` is what 0 as a number means. Old portals answer it for missing rights, and for a
    missing payment as well: BareRefusalError (rest-contract e.1). Where it may also be a reason of
    the method it is UnexplainedRefusalError.

    `codes` are other codes that mean something else here than elsewhere.
    """

    name: str
    scope: str
    page: str
    is_write: bool = False
    is_repeatable: bool = False
    is_paged: bool = False
    zero: type[PortalError] = BusinessRefusalError
    old_zero: type[PortalError] = BusinessRefusalError
    codes: Mapping[str | int, type[PortalError]] = field(default_factory=dict)

    def command(self, params: Mapping[str, object], decode: Callable[[object], T]) -> Command[T]:
        """Return a call of this method."""
        refusals = {**self.codes, "0": self.zero, 0: self.old_zero}
        return Command(
            self.name,
            params,
            decode,
            is_write=self.is_write,
            is_repeatable=self.is_repeatable,
            is_paged=self.is_paged,
            refusals=refusals,
        )
