"""The contracts of feeds hold together, and parameters that do not fit them are refused."""

from __future__ import annotations

import pytest

from regulars.errors import ParamsError
from regulars.params import FEEDS, load_params
from regulars.params.feeds import DAY


@pytest.mark.parametrize("name", FEEDS)
def test_every_column_says_from_when_it_is_known(name: str) -> None:
    feed = FEEDS[name]
    assert feed.name == name
    assert DAY in feed.names
    assert {column.known_from for column in feed.columns} <= set(feed.of_kind("day"))
    assert all(column.known_from == column.name for column in feed.columns if column.kind == "day")
    assert all(column.is_required for column in feed.columns if column.name == DAY)
    assert all(column.meaning for column in feed.columns)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("feeds={survey: s.csv}", r"feeds: unknown feed 'survey' \(did you mean 'surveys'\?\)"),
        (
            "feeds={surveys: {path: s.csv, columns: {scor: x}}}",
            r"feeds: unknown column 'scor' of surveys \(did you mean 'score'\?\); known: customer_id, day, score",
        ),
    ],
)
def test_what_is_unknown_is_refused_with_the_nearest(given: str, words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        load_params(overrides=[given])


def test_a_path_counts_from_the_folder_of_the_parameters(tmp_path) -> None:
    (tmp_path / "params.yaml").write_text("feeds: {surveys: s.csv, costs: {path: 's3://bucket/costs.csv'}}")
    feeds = load_params(tmp_path / "params.yaml").feeds
    assert feeds["surveys"].path == str(tmp_path / "s.csv")
    assert feeds["costs"].path == "s3://bucket/costs.csv"
