from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.transactions.days.known_days import KnownDays
from regulars.transactions.days.public_holidays import Place


def names_by_day(known: KnownDays) -> dict[str, str]:
    return {f"{day:%F}": name for day, name in zip(known.table["day"], known.table["name"], strict=True)}


def test_holidays_of_a_country_are_days_of_its_years() -> None:
    known = names_by_day(Place.read("gb").holidays(2010, 2011))
    assert known["2011-04-29"] == "Wedding of William and Catherine"
    assert known["2010-12-25"] == "Christmas Day"
    assert known["2010-12-27"] == "Christmas Day (observed)"
    assert {day[:4] for day in known} == {"2010", "2011"}


def test_a_part_of_a_country_adds_its_own() -> None:
    whole, part = (names_by_day(Place.read(code).holidays(2024, 2024)) for code in ("DE", "de-by"))
    assert set(whole) < set(part)
    assert part["2024-05-30"] == "Corpus Christi"


def test_two_holidays_on_one_day_are_two_rows() -> None:
    table = Place.read("DE").holidays(2008, 2008).table
    assert table.loc[table["day"] == "2008-05-01", "name"].tolist() == ["Ascension Day", "Labor Day"]


def test_they_have_the_form_of_a_file_and_a_row_of_the_file_counts() -> None:
    file = KnownDays.of(
        pd.DataFrame({"day": ["2024-12-25", "2024-11-29"], "name": ["Christmas Day", "sale"], "value": 2.0})
    )
    public = Place.read("DE").holidays(2024, 2024)
    both = file.with_more(public).table
    assert both.dtypes.equals(file.table.dtypes)
    pd.testing.assert_frame_equal(KnownDays.of(both).table, both)
    assert len(both) == len(public.table) + 1
    assert both.loc[both["name"] == "Christmas Day", "value"].tolist() == [2.0]


def test_years_before_a_country_has_any_are_empty() -> None:
    assert Place.read("DE").holidays(1950, 1950).table.empty


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("Germany", r"'Germany', a country whose holidays are not known \(did you mean 'DE'\?\)"),
        ("united kingdom", r"did you mean 'GB'\?"),
        ("GBX", r"did you mean 'GB.?'\?"),
        ("zzzzz", r"'zzzzz', a country whose holidays are not known; expected a code of ISO 3166, as DE"),
        (
            "DE-BAY",
            r"no part 'BAY' of DE is known \(did you mean 'BY'\?\); expected DE, or it with one of the parts BB, ",
        ),
        ("AF-1", r"no part '1' of AF is known; expected AF$"),
    ],
)
def test_an_unknown_place_is_refused_with_the_nearest(code: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Place.read(code)


@pytest.mark.medium
def test_the_package_is_loaded_only_when_asked_for() -> None:
    code = "import sys, regulars.pipelines.validate; assert 'holidays' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
