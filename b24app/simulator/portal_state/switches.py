"""What the control panel can switch: server generation, latency, plan, shop, closed portal."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from b24app.simulator.portal_state.languages import LANGUAGES

NEW, OLD, OLDEST = "new", "old", "oldest"
GENERATIONS = (NEW, OLD, OLDEST)
TOTALS = ("all", "at_most_50", "none")
READY, NEVER_USED, UNPUBLISHED = "ready", "never_used", "unpublished"
SHOPS = (
    READY, NEVER_USED, UNPUBLISHED,
    "no_site", "phone_not_confirmed", "unavailable", "no_info", "no_module",
)  # fmt: skip


@dataclass(frozen=True)
class OddValue:
    """JSON text that stands in every `field` of a method's answer, or in that of one row only.

    Letter case and underscores of the field do not matter. `*` is the whole row, `row` counts
    from 1; row 0 is the answer itself, whatever the field.
    """

    method: str
    field: str
    text: str
    row: int | None = None


@dataclass
class Switches:
    """Every switch of one portal, with the state of an ordinary cloud portal as default.

    generation      new: ACCESS_DENIED 403, numbers; old: code 0 "Insufficient permissions" 400,
                    numbers as strings; oldest: refusals are false or null with status 200, and
                    payments and deliveries have UPPER_CASE keys.
    is_cloud        sends X-Bitrix-Rest-Application; off for an on-premise portal, whose framed
                    posts then also lack SERVER_ENDPOINT, APPLICATION_TOKEN, APPLICATION_SCOPE.
    request_ms      waited once for every REST request, before anything else.
    command_ms      waited for every executed command, one after the other, also inside a batch.
    write_ms        waited besides for every one that writes a payment.
    shop            what salescenter.payment.getPublicUrl finds, and changes: it installs the site
                    of a portal that never used its shop, and publishes one that is not.
    batch_refused   method name prefixes answered with ERROR_BATCH_METHOD_NOT_ALLOWED in a batch.
    is_batch_coloured  a refused payment method sets status 403 on the whole batch answer.
    works_with_orders  payment items need rights on the order instead of the deal or invoice.
    payments_left   how many payments the plan still allows; None for no limit.
    denied_app_users  ids of users to whom the application is closed.
    missing_methods  methods this portal's version does not have (404); `*` in a name stands for any
                    text: crm.activity.badge.*.
    missing_placements  placement codes that it does not offer, likewise: CRM_*_LIST_MENU.
    has_upper_oauth_codes  the authorization server prints its codes in capitals.
    has_17_digits   floats are printed with 17 digits, as by PHP with serialize_precision 17: 24.33
                    is 24.329999999999998. Off: with as few digits as name the same float.
    has_list_holes  lists are PHP arrays with holes, printed as objects: {"3": ..., "5": ...}.
    totals          what a paged list tells of all rows: all; at_most_50, whatever follows; or none.
    has_pages_everywhere  lists of which every reference says that they have no pages come 50 rows
                    at a time.
    ignores_filters  payments of a card are listed all, whatever filter is asked.
    ignores_halt    a batch goes on after an error.
    resolves_references  `$result[...]` in a batch stands for an earlier answer; off: for itself.
    odd_values      single values that no portal in order has, in the answers of a method.
    token_fields    fields that the authorization server answers with a pair, and what it tells in
                    them instead; None leaves a field out.
    has_full_code_answer  the answer to a code has `expires` and `user_id` as the one to a refresh
                    token has: b24pysdk reads them. Off: as documented, without the two.
    has_list_ids    row menus of invoices and smart processes say which row, as documented.
    links_rows      a product row that an application bills first refers to its basket. Off: it does
                    not, as on portals in order, so that product.list names no row (quirk 100).
    finds_by_product  the basket of a row is found by product, and once it is billed whole by its
                    quantity, too, as on portals in order (quirk 101). Off: by row.
    languages       those that texts of badges and configurable activities may be given in.
    """

    generation: str = NEW
    is_cloud: bool = True
    request_ms: int = 0
    command_ms: int = 0
    write_ms: int = 0
    has_rest_plan: bool = True
    is_closed: bool = False
    is_overloaded: bool = False
    shop: str = READY
    batch_refused: list[str] = field(default_factory=list)
    is_batch_coloured: bool = False
    works_with_orders: bool = False
    payments_left: int | None = None
    denied_app_users: set[int] = field(default_factory=set)
    missing_methods: set[str] = field(default_factory=set)
    missing_placements: set[str] = field(default_factory=set)
    has_17_digits: bool = False
    has_list_holes: bool = False
    totals: str = "all"
    has_pages_everywhere: bool = False
    ignores_filters: bool = False
    ignores_halt: bool = False
    resolves_references: bool = True
    odd_values: list[OddValue] = field(default_factory=list)
    token_fields: dict[str, object] = field(default_factory=dict)
    has_upper_oauth_codes: bool = False
    has_full_code_answer: bool = True
    has_list_ids: bool = True
    links_rows: bool = True
    finds_by_product: bool = False
    languages: set[str] = field(default_factory=lambda: set(LANGUAGES))

    def lacks(self, method: str) -> bool:
        """Return whether this portal's version does not have a method (lower-case name)."""
        return any(fnmatchcase(method, name) for name in self.missing_methods)

    def lacks_placement(self, code: str) -> bool:
        """Return whether this portal does not offer a placement."""
        return any(fnmatchcase(code, name) for name in self.missing_placements)
