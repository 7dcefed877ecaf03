from __future__ import annotations

from types import SimpleNamespace

import pytest

from regulars.cli import paragraphs
from regulars.evaluation import Verdict


@pytest.mark.parametrize(
    ("champion", "said"),
    [(None, "Not promoted, and there is no champion: to score,"), ("3", "Not promoted: the champion stays version 3.")],
)
def test_who_is_in_charge_where_the_gate_refused(champion: str | None, said: str) -> None:
    run = SimpleNamespace(
        verdict=Verdict(()),
        model_uri="models:/regulars/4",
        scorer=SimpleNamespace(version="a1"),
        move=None,
        champion=champion,
    )
    assert list(paragraphs.verdict(run))[-1].startswith(said)
