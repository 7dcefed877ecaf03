from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from regulars.cli import paragraphs
from regulars.evaluation import Verdict
from regulars.params import MlflowParams
from regulars.tracking.registry import Registry


@pytest.mark.parametrize(
    ("champion", "said"),
    [(None, "Not promoted, and there is no champion: to score,"), ("3", "Not promoted: the champion stays version 3.")],
)
def test_who_is_in_charge_where_the_gate_refused(
    champion: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = MlflowParams(tracking_uri=f"sqlite:///{tmp_path / 'none.db'}")
    run = SimpleNamespace(
        verdict=Verdict(()),
        model_uri="models:/regulars/4",
        scorer=SimpleNamespace(version="a1"),
        move=None,
        validated=SimpleNamespace(params=SimpleNamespace(mlflow=mlflow)),
    )
    if champion:
        monkeypatch.setattr(Registry, "champion", lambda self: champion)
    assert list(paragraphs.verdict(run))[-1].startswith(said)
    assert not list(tmp_path.iterdir())  # asking makes no store
