import ast
import datetime as dt
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import InsufficientHistoryError, ParamsError
from regulars.windows import Windows, as_day, last_close

FIRST, LAST = dt.date(1997, 1, 1), dt.date(1998, 6, 30)
days = st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1))


def test_latest_is_the_day_after_the_last_order_day():
    assert Windows.resolve("latest", 180, first_day=FIRST, last_day=LAST).cutoff == dt.date(1998, 7, 1)


@pytest.mark.parametrize(
    ("cutoff", "words"),
    [
        ("1997-01-01", "no history before it"),
        ("1990-01-01", "no history before it"),
        ("2050-01-01", "more than one horizon"),
    ],
)
def test_a_cutoff_outside_the_log_says_what_it_spans(cutoff, words):
    with pytest.raises(InsufficientHistoryError, match=words) as error:
        Windows.resolve(cutoff, 180, first_day=FIRST, last_day=LAST)
    assert "1997-01-01 to 1998-06-30" in str(error.value)


def test_a_time_of_day_is_no_cutoff():
    with pytest.raises(ParamsError, match="without a time of day"):
        as_day(dt.datetime(1998, 1, 1, 12))
    assert as_day(dt.datetime(1998, 1, 1)) == dt.date(1998, 1, 1)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_from_which_no_window_can_be_counted_is_refused(day):
    with pytest.raises(ParamsError, match=f"{day} is out of reach"):
        as_day(day)


def test_a_horizon_below_one_day_is_refused():
    with pytest.raises(ParamsError, match="1 or more"):
        Windows.at("1998-01-01", 0)


def test_a_horizon_that_comes_from_an_array_is_held_as_an_int():
    made = Windows.resolve("1998-01-01", np.int64(90), first_day=FIRST, last_day=LAST)
    assert type(made.horizon_days) is int
    assert type(made.doubled().horizon_days) is int
    assert made == Windows.at("1998-01-01", 90)
    assert made.closes == dt.date(1998, 4, 1)


@given(days, st.integers(1, 400), days, days, st.integers(1, 90), st.integers(0, 12))
def test_training_labels_close_by_the_cutoff_and_inside_the_log(cutoff, horizon, one, other, step, most):
    first, last = min(one, other), max(one, other)
    windows = Windows(cutoff, horizon)
    slices = windows.training_slices(first, last, step_days=step, at_most=most)
    assert len(slices) <= most
    for past in slices:
        assert past.closed_by(cutoff)
        assert past.closes <= last + dt.timedelta(days=1)
        assert past.history_days(first) >= 1
    assert [s.cutoff for s in slices] == sorted((s.cutoff for s in slices), reverse=True)


@given(days, st.integers(1, 400), days, days, st.integers(0, 12))
def test_every_origin_is_kept_or_named_as_skipped(cutoff, horizon, one, other, origins):
    first, last = min(one, other), max(one, other)
    windows = Windows(cutoff, horizon)
    kept, skipped = windows.backtest_origins(origins, first, last, step_days=30)
    assert len(kept) + len(skipped) == origins
    for origin in kept:
        assert origin.closed_by(min(cutoff, last + dt.timedelta(days=1)))
        assert origin.training_slices(first, last, step_days=1, at_most=1)


def test_origins_by_date_are_tried_where_the_log_allows():
    windows = Windows.at("1998-07-01", 180)
    kept, skipped = windows.backtest_origins(["1998-01-01", "1998-03-01", "1997-02-01"], FIRST, LAST, step_days=30)
    assert [str(k.cutoff) for k in kept] == ["1998-01-01"]
    assert skipped == [
        "1997-02-01: 31 days of history, 270 needed (one and a half horizons)",
        "1998-03-01: its outcomes close on 1998-08-28, after 1998-07-01",
    ]


@given(days, st.integers(1, 200), st.integers(0, 500), st.integers(1, 60))
def test_earlier_origins_are_those_that_a_greater_number_would_add(cutoff, horizon, history_days, step):
    origin, first = Windows(cutoff, horizon), cutoff - dt.timedelta(days=history_days)
    earlier = origin.earlier_origins(first, step_days=step)
    end = origin.closes
    kept, _ = Windows(end, horizon).backtest_origins(len(earlier) + 2, first, end, step_days=step)
    assert list(reversed(kept))[1:] == earlier


@pytest.mark.slow
@given(days, st.integers(1, 400), days, st.integers(1, 400))
def test_shared_days_are_those_of_both_windows(cutoff, horizon, other_cutoff, other_horizon):
    one, other = Windows(cutoff, horizon), Windows(other_cutoff, other_horizon)

    def ordinals(windows):
        return set(range(windows.cutoff.toordinal(), windows.closes.toordinal()))

    assert one.shared_days(other) == other.shared_days(one) == len(ordinals(one) & ordinals(other))
    assert one.last_day.toordinal() == max(ordinals(one))


def test_a_year_is_fifty_two_weeks_or_what_the_log_has_of_them():
    at = Windows.at("1998-07-01", 180)
    assert at.year_before(FIRST) == Windows.at("1997-07-02", 364)
    assert at.year_before(dt.date(1998, 6, 1)) == Windows.at("1998-06-01", 30)
    assert at.within(dt.date(1998, 5, 31)).cutoff == dt.date(1998, 6, 1)
    assert at.within(dt.date(1998, 8, 31)) == at


def test_past_and_label_windows_touch_at_the_cutoff():
    windows = Windows.at("1998-01-11", 10)
    assert windows.past_sql("d") == "d >= DATE '1998-01-01' AND d < DATE '1998-01-11'"
    assert windows.known_sql("d") == "coalesce(d < DATE '1998-01-11', true)"
    assert windows.label_sql("d") == "d >= DATE '1998-01-11' AND d < DATE '1998-01-21'"


SOURCES = Path(__file__).parents[1] / "src" / "regulars"
DAY = r"(?:\w+_)?(?:day|date|cutoff|closes|today)"
# In SQL, also where the name of the column is filled in: `{day} < DATE '{cutoff}'`.
SQL = re.compile(
    rf"\b{DAY}\b\)?\}}? (?:<|>|<=|>=) |(?<!<)(?:<|>|<=|>=) \(?(?:{DAY}|DATE|TIMESTAMP)\b| BETWEEN (?:DATE|TIMESTAMP)\b"
)


def is_day(node: ast.AST) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return re.fullmatch(DAY, name) is not None


def comparisons_of_days(source: str) -> list[str]:
    """What looks like a comparison of calendar days, in Python and in SQL; docstrings may speak of them."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    spoken = {node.body[0].value for node in ast.walk(tree) if isinstance(node, documented) and ast.get_docstring(node)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            ordered = any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops)
            compared = ordered and any(map(is_day, (node.left, *node.comparators)))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
            compared = any(is_day(each.elt if isinstance(each, ast.GeneratorExp) else each) for each in node.args)
        elif isinstance(node, ast.Constant | ast.JoinedStr) and node not in spoken:
            compared = SQL.search(ast.unparse(node)) is not None
        else:
            compared = False
        if compared:
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize(
    "line",
    [
        "day < self.training_cutoff",
        "first <= windows.closes",
        "min(last_day, other)",
        "max(each.closes for each in windows)",
        "sql = 'SELECT 1 WHERE day > first_day AND x'",
        "f\"{day} < DATE '{cutoff}'\"",
    ],
)
def test_a_comparison_of_days_is_noticed(line: str) -> None:
    assert comparisons_of_days(line)


@pytest.mark.medium
def test_days_are_compared_in_windows_alone() -> None:
    files = [file for file in SOURCES.rglob("*.py") if file != SOURCES / "windows.py"]
    found = {str(file.relative_to(SOURCES)): comparisons_of_days(file.read_text(encoding="utf-8")) for file in files}
    assert len(found) > 150
    assert {file: lines for file, lines in found.items() if lines} == {}


def test_the_last_close_is_that_of_the_latest_window() -> None:
    windows = [Windows.at("1998-01-01", 31), Windows.at("1997-12-01", 90)]
    assert last_close(windows) == dt.date(1998, 3, 1)
    assert last_close([]) == dt.date.min
