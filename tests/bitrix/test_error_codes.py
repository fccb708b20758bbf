"""The table of contract b: code, class, whether it was carried out, whether a retry makes sense."""

from __future__ import annotations

import pytest

from b24app.bitrix.wire.error_codes import error_for
from b24app.errors import (
    AccountTooLowError,
    AlreadyBoundError,
    AppUninstalledError,
    BareRefusalError,
    BatchRefusedError,
    BusinessRefusalError,
    CreationRefusedError,
    Executed,
    HandlerRefusedError,
    MaybeUninstalledError,
    MethodMissingError,
    MethodRefusedError,
    MethodUnconfirmedError,
    NoPaySystemError,
    NoPublicPageError,
    NotFoundError,
    OrderCanceledError,
    PaidUndeletableError,
    ParameterRefusedError,
    PaySystemUnfitError,
    PlacementMissingError,
    PlanWithoutRestError,
    PortalBusyError,
    PortalClosedError,
    PortalError,
    PortalOverloadedError,
    PortalPausedError,
    PortalSilentError,
    RightsRefusedError,
    ScopeMissingError,
    SubscriptionEndedError,
    TokenExpiredError,
    TokenRejectedError,
    UnexplainedRefusalError,
    UserBlockedError,
    ValueRefusedError,
)
from tests.bitrix.conftest import EXAMPLES, example
from tests.support.methods import called

NO, DOUBTFUL, UNKNOWN = Executed.NO, Executed.DOUBTFUL, Executed.UNKNOWN

TABLE = [
    ("QUERY_LIMIT_EXCEEDED", 503, PortalBusyError, NO, True),
    ("OPERATION_TIME_LIMIT", 429, PortalPausedError, NO, True),
    ("OVERLOAD_LIMIT", 503, PortalOverloadedError, NO, False),
    ("OVERLOAD_LIMIT", 401, PortalOverloadedError, NO, False),
    ("INTERNAL_SERVER_ERROR", 500, PortalSilentError, UNKNOWN, False),
    ("ERROR_UNEXPECTED_ANSWER", 500, PortalSilentError, UNKNOWN, False),
    ("WRONG_ENCODING", 200, PortalSilentError, UNKNOWN, False),
    ("ERROR_CORE", 500, PortalSilentError, UNKNOWN, False),
    ("ERROR_CORE", 400, PortalSilentError, UNKNOWN, False),
    ("expired_token", 401, TokenExpiredError, NO, True),
    ("EXPIRED_TOKEN", 401, TokenExpiredError, NO, True),
    ("invalid_token", 401, TokenRejectedError, NO, False),
    ("NO_AUTH_FOUND", 401, TokenRejectedError, NO, False),
    ("CONNECTION_ERROR", 401, PortalBusyError, NO, True),
    ("INVALID_CREDENTIALS", 403, TokenRejectedError, NO, False),
    ("INVALID_CREDENTIALS", 401, TokenRejectedError, NO, False),
    ("APPLICATION_NOT_FOUND", 401, AppUninstalledError, NO, False),
    ("ERROR_OAUTH", 401, MaybeUninstalledError, NO, False),
    ("authorization_error", 401, UserBlockedError, NO, False),
    ("user_access_error", 403, UserBlockedError, NO, False),
    ("user_access_error", 401, UserBlockedError, NO, False),
    ("PAYMENT_REQUIRED", 401, SubscriptionEndedError, NO, False),
    ("insufficient_scope", 403, ScopeMissingError, NO, False),
    ("insufficient_scope", 401, ScopeMissingError, NO, False),
    ("ACCESS_DENIED", 400, RightsRefusedError, NO, False),
    ("ACCESS_DENIED", 403, RightsRefusedError, NO, False),
    ("ACCESS_DENIED", 401, PlanWithoutRestError, NO, False),
    ("allowed_only_intranet_user", 403, MethodRefusedError, NO, False),
    ("WRONG_AUTH_TYPE", 403, TokenRejectedError, NO, False),
    ("WRONG_LICENSE", 403, PlanWithoutRestError, NO, False),
    ("METHOD_CONFIRM_WAITING", 401, MethodUnconfirmedError, NO, False),
    ("METHOD_CONFIRM_DENIED", 403, MethodUnconfirmedError, NO, False),
    ("INVALID_REQUEST", 400, PortalError, NO, False),
    ("ERROR_METHOD_NOT_FOUND", 404, MethodMissingError, NO, False),
    ("PORTAL_DELETED", 500, PortalClosedError, NO, False),
    ("PORTAL_DELETED", 403, PortalClosedError, NO, False),
    ("PORTAL_DELETED", 410, PortalClosedError, NO, False),
    ("ERROR_MANIFEST_IS_NOT_AVAILABLE", 404, MethodMissingError, NO, False),
    ("ERROR_BATCH_LENGTH_EXCEEDED", 400, PortalError, NO, False),
    ("ERROR_BATCH_METHOD_NOT_ALLOWED", 405, BatchRefusedError, NO, False),
    ("ERROR_ARGUMENT", 400, BusinessRefusalError, DOUBTFUL, False),
    ("ERROR_NOT_FOUND", 400, NotFoundError, NO, False),
    ("NOT_FOUND", 400, NotFoundError, NO, False),
    ("OWNER_NOT_FOUND", 400, NotFoundError, NO, False),
    ("ENTITY_TYPE_NOT_SUPPORTED", 400, BusinessRefusalError, NO, False),
    ("REQUIRED_ARG_MISSING", 400, BusinessRefusalError, NO, False),
    ("INVALID_ARG_VALUE", 400, BusinessRefusalError, NO, False),
    ("WRONG_FIELD_VALUE", 400, ValueRefusedError, NO, False),
    ("ADDING_DISABLED", 400, BusinessRefusalError, NO, False),
    ("100", 400, ParameterRefusedError, DOUBTFUL, False),
    (100, 400, ParameterRefusedError, DOUBTFUL, False),
    ("", 400, BusinessRefusalError, NO, False),
    ("ERROR_PLACEMENT_NOT_FOUND", 400, PlacementMissingError, NO, False),
    ("ERROR_WRONG_HANDLER_URL", 400, HandlerRefusedError, NO, False),
    ("ERROR_UNSUPPORTED_PROTOCOL", 400, HandlerRefusedError, NO, False),
    ("SALE_PAYMENT_DELETE_EXIST_PAID", 400, PaidUndeletableError, NO, False),
    ("SALE_ORDER_PAYMENT_NOT_ENOUGH_USER_BUDGET", 400, AccountTooLowError, NO, False),
    ("SALE_ORDER_PAYMENT_NOT_ENOUGH_USER_BUDGET_EXT", 400, AccountTooLowError, NO, False),
    ("SALE_PAYMENT_PAYMENT_SERVICE_EMPTY", 400, NoPaySystemError, NO, False),
    ("SALE_PAYMENT_WRONG_PAYMENT_SERVICE", 400, PaySystemUnfitError, NO, False),
    ("SALE_ORDER_PAID_ORDER_CANCELED", 400, OrderCanceledError, NO, False),
    (200640400001, 400, NotFoundError, NO, False),
    ("200640400001", 400, NotFoundError, NO, False),
]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("REST is available only on commercial plans.", 401),
        ("REST API is available only on commercial plans", 403),
    ],
)
def test_a_plan_without_rest_is_no_missing_right_on_a_card(words, status):
    """Both statuses and wordings are documented (contract b); rights would be remembered."""
    error = error_for(called("crm.item.payment.pay"), "ACCESS_DENIED", words, status)

    assert type(error) is PlanWithoutRestError


@pytest.mark.parametrize(("code", "status", "kind", "executed", "retryable"), TABLE)
def test_a_code_of_the_contract(code, status, kind, executed, retryable):
    error = error_for(called("crm.item.payment.update"), code, "words", status)

    assert type(error) is kind
    assert (error.executed, error.retryable) == (executed, retryable)
    assert (error.code, error.http_status) == (str(code), status)


# A batch gives no status of a command, and the plan is refused before any command runs.
IN_A_BATCH = [
    (code, *rest) for code, status, *rest in TABLE if (code, status) != ("ACCESS_DENIED", 401)
]


@pytest.mark.parametrize(("code", "kind", "executed", "retryable"), IN_A_BATCH)
def test_a_code_means_the_same_inside_a_batch(code, kind, executed, retryable):
    error = error_for(called("crm.item.payment.update"), code)

    assert type(error) is kind
    assert (error.executed, error.retryable) == (executed, retryable)


@pytest.mark.parametrize("method", ["placement.bind", "event.bind"])
def test_bound_already_is_a_refusal_not_a_failure(method):
    error = error_for(called(method), "ERROR_CORE", "Handler already binded", 400)

    assert type(error) is AlreadyBoundError


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("Application not installed", AppUninstalledError),
        ("Application Not Installed", AppUninstalledError),
        ("Unknown failure", MaybeUninstalledError),
        (None, MaybeUninstalledError),
    ],
)
def test_only_its_words_tell_that_the_application_is_not_installed(description, kind):
    assert type(error_for(called("app.info"), "ERROR_OAUTH", description, 401)) is kind


@pytest.mark.parametrize("method", ["batch", "profile", "app.info", "scope"])
def test_denied_methods_that_need_no_rights_mean_the_plan(method):
    assert type(error_for(called(method), "ACCESS_DENIED", "", 403)) is PlanWithoutRestError


class TestZero:
    @pytest.mark.parametrize(
        "method",
        [
            "crm.item.payment.get",
            "crm.item.payment.delete",
            "crm.item.payment.pay",
            "crm.item.payment.unpay",
            "crm.item.payment.product.list",
            "crm.item.payment.product.delete",
            "crm.item.payment.delivery.list",
            "crm.item.payment.delivery.setDelivery",
            "crm.item.payment.delivery.delete",
        ],
    )
    def test_as_text_is_a_missing_payment_or_item(self, method):
        assert type(error_for(called(method), "0", "", 400)) is NotFoundError

    @pytest.mark.parametrize(
        "method",
        [
            "crm.item.payment.list",
            "crm.item.payment.get",
            "crm.item.payment.update",
            "crm.item.payment.delete",
            "crm.item.payment.pay",
            "crm.item.payment.unpay",
            "crm.item.delivery.list",
        ],
    )
    def test_as_a_number_is_an_old_portal_refusing(self, method):
        assert (
            type(error_for(called(method), 0, "Insufficient permissions", 400)) is BareRefusalError
        )

    @pytest.mark.parametrize(
        ("method", "old"),
        [
            ("crm.item.payment.product.add", UnexplainedRefusalError),
            ("crm.item.payment.product.setQuantity", UnexplainedRefusalError),
            ("crm.item.payment.delivery.add", UnexplainedRefusalError),
            ("crm.item.productrow.getAvailableForPayment", BusinessRefusalError),
        ],
    )
    def test_of_methods_with_many_reasons_is_a_business_refusal(self, method, old):
        assert type(error_for(called(method), "0", "", 400)) is BusinessRefusalError
        assert type(error_for(called(method), 0, "", 400)) is old

    @pytest.mark.parametrize(
        ("method", "kind"),
        [
            ("crm.item.payment.add", CreationRefusedError),
            ("salescenter.payment.getPublicUrl", NoPublicPageError),
        ],
    )
    @pytest.mark.parametrize("code", ["0", 0])
    def test_of_a_method_with_one_meaning_has_a_class_of_its_own(self, method, kind, code):
        assert type(error_for(called(method), code, "", 400)) is kind


def test_unknown_codes_depend_on_the_status():
    assert type(error_for(called("m"), "NEVER_SEEN", "", 400)) is BusinessRefusalError
    assert type(error_for(called("m"), "NEVER_SEEN", "", 500)) is PortalSilentError


def test_the_portals_words_are_kept_apart_and_decide_nothing():
    error = error_for(called("crm.item.payment.add"), "0", "Insufficient permissions " * 50, 400)

    assert type(error) is CreationRefusedError
    assert "permissions" not in str(error)
    assert len(error.description) == 300


@pytest.mark.parametrize("code", ["a" * 65, "x y", "https://a/?auth=1", {"a": 1}, [], True, None])
def test_a_code_that_is_none_shows_nothing_of_itself(code):
    error = error_for(called("m"), code, None, 400)

    assert error.code in {"unreadable", "True", ""}
    assert error.description == ""


def documented_errors():
    for path in sorted(EXAMPLES.glob("*.json")):
        if path.stem.startswith(("oauth", "post", "event.ON", "batch")):
            continue
        for number, entry in enumerate(example(path.stem)["errors"]):
            if entry["body"] and "error" in entry["body"]:
                yield pytest.param(path.stem, entry, id=f"{path.stem}-{number}")


@pytest.mark.parametrize(("method", "entry"), list(documented_errors()))
def test_every_documented_error_is_a_typed_one(method, entry):
    body = entry["body"]

    error = error_for(called(method), body["error"], body.get("error_description"), entry["status"])

    assert isinstance(error, PortalError)
    assert error.method == method
    if body["error"] == "ACCESS_DENIED" and entry["status"] in (400, 403):
        assert isinstance(error, RightsRefusedError | PlanWithoutRestError)


@pytest.mark.parametrize(
    ("method", "words", "executed"),
    [
        ("crm.item.payment.pay", "Could not find value for parameter {id}", NO),
        ("crm.item.payment.pay", "Invalid value {Array} to match with parameter {id}.", NO),
        ("crm.item.payment.pay", "The value of an argument 'name' is outside", DOUBTFUL),
        ("crm.item.payment.list", "The value of an argument 'name' is outside", NO),
    ],
)
def test_only_the_words_of_binding_prove_that_a_write_did_not_begin(method, words, executed):
    assert error_for(called(method), "100", words, 400).executed is executed
