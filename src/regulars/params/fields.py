"""The kinds of values that the parameters hold, each with what it should be in words."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from regulars.errors import ParamsError
from regulars.windows import as_day


def _day(value: Any) -> dt.date:
    try:
        return as_day(value)
    except ParamsError as no_day:  # pydantic gathers ValueErrors
        raise ValueError(str(no_day)) from None


def _no_switch(value: Any) -> Any:
    if isinstance(value, bool):  # which pydantic would read as 1 or 0
        raise ValueError(f"{value} is not a number")
    return value


Day = Annotated[dt.date, BeforeValidator(_day)]
Int = Annotated[int, BeforeValidator(_no_switch)]
Float = Annotated[float, BeforeValidator(_no_switch)]
Text = Annotated[str, Field(min_length=1, description="a text, in quotes where it looks like a number")]
Named = Annotated[str, Field(min_length=1, description="the name of a column")]
Column = Annotated[str | None, Field(min_length=1, description="the name of a column")]
Share = Annotated[Float, Field(ge=0, le=1, description="a number from 0 to 1")]
Money = Annotated[Float, Field(ge=0, le=10**14, description="an amount of money, 0 or more")]
Count = Annotated[Int, Field(ge=1, le=10**9, description="a whole number, 1 or more")]
Days = Annotated[Int, Field(ge=1, le=3660, description="a whole number of days, from 1 to 3660")]
DaysOrNone = Annotated[Int, Field(ge=0, le=36600, description="a whole number of days, 0 or more")]
