from __future__ import annotations

import pytest

from regulars.errors import ParamsError
from regulars.params.yaml_text import read_yaml


def test_days_stay_text() -> None:
    assert read_yaml("[2011-06-01, 2011-06-01 10:00:00]") == ["2011-06-01", "2011-06-01 10:00:00"]


def test_other_values_are_what_yaml_says() -> None:
    assert read_yaml("{a: 1, b: 1.5, c: true, d: null, e: x}") == {"a": 1, "b": 1.5, "c": True, "d": None, "e": "x"}


def test_a_key_written_twice_is_refused_with_its_line() -> None:
    with pytest.raises(ParamsError, match="'seed' is given twice, in line 2, column 3"):
        read_yaml("a:\n  seed: 1\n  seed: 2\n")


def test_what_is_no_yaml_is_refused_with_its_place_and_without_its_text() -> None:
    with pytest.raises(ParamsError, match="in line 2, column") as error:
        read_yaml("a: 1\npassword: [s3cr3t: }\n")
    assert "s3cr3t" not in str(error.value)


def test_code_is_refused() -> None:
    with pytest.raises(ParamsError, match="could not determine a constructor"):
        read_yaml("!!python/object/apply:os.getcwd []")
