"""Every error has one stored name, and how it ends a write agrees with the status it is told by."""

from __future__ import annotations

import pytest

from b24app import errors
from b24app.services.actions import OutcomeCode
from b24app.services.writing import error_names
from b24app.services.writing.error_names import ErrorName
from b24app.web.plumbing.statuses import SESSION_REFUSED, status_of

ALL = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, errors.AppError)
]


def test_every_error_has_a_name_of_its_own():
    kinds = [name.kind for name in ErrorName]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) == set(ALL)
    assert not set(ErrorName) & set(OutcomeCode)


def test_an_error_that_has_no_name_yet_has_that_of_its_nearest_ancestor():
    class NewerError(errors.GoneError):
        pass

    assert error_names.name_of(NewerError) is ErrorName.GONE


@pytest.mark.parametrize("kind", ALL)
def test_a_refusal_is_what_is_told_by_a_status_of_refusals(kind):
    error = kind.__new__(kind)

    status = status_of(kind)
    is_of_session = status == SESSION_REFUSED
    assert error_names.is_session_refused(error) == is_of_session
    assert error_names.is_refusal(error) == (400 <= status < 500 and not is_of_session)
