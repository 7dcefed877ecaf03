"""Errors of a model that MLflow serves, of a kind whose words reach the caller."""

from __future__ import annotations

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import BAD_REQUEST

from regulars.errors import InputError, ModelError, RegularsError


class RefusedRequestError(MlflowException, RegularsError):  # type: ignore[misc]
    """A request that cannot be scored.

    MLflow's server puts the words of its own errors into the `message` of an answer with status 400; of all others it
    shows a traceback alone.
    """

    def __init__(self, error: RegularsError) -> None:
        MlflowException.__init__(self, str(error), error_code=BAD_REQUEST)


class RefusedInputError(RefusedRequestError, InputError):
    """Features that cannot be used."""


class RefusedModelError(RefusedRequestError, ModelError):
    """Features that this model cannot score."""


def refused(error: RegularsError) -> RefusedRequestError:
    """Return the same error, of a kind that a server passes on, and a program catches as before.

    Examples
    --------
    >>> error = refused(InputError("Column 'cutoff' has nulls."))
    >>> isinstance(error, InputError), error.get_http_status_code(), str(error)
    (True, 400, "Column 'cutoff' has nulls.")
    """
    kind = RefusedModelError if isinstance(error, ModelError) else RefusedInputError
    return kind(error)
