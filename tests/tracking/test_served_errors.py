from __future__ import annotations

import pytest
from mlflow.exceptions import MlflowException

from regulars.errors import InputError, InsufficientHistoryError, ModelError, RegularsError
from regulars.tracking.served_errors import refused


@pytest.mark.parametrize(("kind", "caught"), [(InputError, InputError), (ModelError, ModelError)])
def test_a_refusal_is_of_the_same_kind_and_one_of_mlflow(
    kind: type[RegularsError], caught: type[RegularsError]
) -> None:
    error = refused(kind("no"))
    assert isinstance(error, caught)
    assert isinstance(error, MlflowException)
    assert error.get_http_status_code() == 400
    assert error.message == "no"


def test_every_other_error_is_one_of_input() -> None:
    assert isinstance(refused(InsufficientHistoryError("too short")), InputError)
