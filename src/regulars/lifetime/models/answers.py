"""Answers come as the customers were given: labelled like a DataFrame, or as an array for an array."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import Rows

P = ParamSpec("P")
Labelled = TypeVar("Labelled", bound=pd.Series | pd.DataFrame, covariant=True)


class Asked(Protocol[P, Labelled]):
    """What a model is asked of every customer."""

    @overload
    def __call__(self, summary: pd.DataFrame, *args: P.args, **kwargs: P.kwargs) -> Labelled: ...
    @overload
    def __call__(self, summary: NDArray[Any] | Rows, *args: P.args, **kwargs: P.kwargs) -> Floats: ...


class Question(Protocol[P, Labelled]):
    """The same as a method of a class."""

    def __get__(self, model: object, kind: type | None = None) -> Asked[P, Labelled]: ...


def labelled_as(kind: type[Labelled]) -> Callable[[Callable[Concatenate[Any, Any, P], Floats]], Question[P, Labelled]]:
    """Let a method that gives one row of numbers a customer return a `kind` for a DataFrame, with its index.

    For an array of customers, and for `Rows`, the array of the method is returned as it is.

    Parameters
    ----------
    kind : type
        `pandas.Series` for one number a customer, named like the method; `pandas.DataFrame` for several.

    Examples
    --------
    >>> class Model:
    ...     @labelled_as(pd.Series)
    ...     def doubled(self, summary):
    ...         return 2.0 * np.asarray(summary)[:, 0]
    >>> import numpy as np
    >>> Model().doubled(pd.DataFrame({"frequency": [1, 2]}, index=["ann", "bob"]))
    ann    2.0
    bob    4.0
    Name: doubled, dtype: float64
    >>> Model().doubled(np.array([[1], [2]]))
    array([2., 4.])
    """

    def decorate(method: Callable[Concatenate[Any, Any, P], Floats]) -> Question[P, Labelled]:
        @wraps(method)
        def asked(self: Any, summary: Any, *args: P.args, **kwargs: P.kwargs) -> Any:
            values = method(self, summary, *args, **kwargs)
            if not isinstance(summary, pd.DataFrame):
                return values
            labelled = kind(values, index=summary.index)
            return labelled.rename(method.__name__) if isinstance(labelled, pd.Series) else labelled

        return cast("Question[P, Labelled]", asked)

    return decorate


def rounded(value: Any) -> str:
    """Four digits of a number; of a table the least and the most."""
    if np.ndim(value):
        return f"{np.min(value):.4g}…{np.max(value):.4g}"
    return f"{value:.4g}"
