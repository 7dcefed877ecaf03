import pytest

from regulars.errors import Faults, InputError, nearest


def test_all_faults_are_raised_at_once():
    faults = Faults("Cannot use x.csv")
    faults.add("first")
    faults.add("second")
    with pytest.raises(InputError, match=r"Cannot use x.csv:\n  - first\n  - second"):
        faults.raise_if_any()


def test_no_fault_raises_nothing():
    faults = Faults("Cannot use x.csv")
    faults.raise_if_any()
    assert faults.found == []


def test_nearest_ignores_case_and_is_silent_without_a_close_name():
    assert nearest("customerid", ["CustomerID", "date"]) == " (did you mean 'CustomerID'?)"
    assert nearest("q", ["CustomerID", "date"]) == ""
