from __future__ import annotations

from tests.pipelines.conftest import CUTOFF, Place


def test_the_future_changes_no_feature_and_no_score(place: Place) -> None:
    told = place.json("verify-leakage")
    assert (told["holds"], told["cutoff"]) == (True, CUTOFF)
    assert {trial["corruption"] for trial in told["corruptions"]} >= {"deleted", "multiplied", "late returns"}
    assert all(trial["features"] == trial["scores"] == 0 < trial["peeking"] for trial in told["corruptions"])


def test_without_a_store_features_are_proven(place: Place) -> None:
    store = f"mlflow.tracking_uri=sqlite:///{place.folder}/none.db"
    made = place.run("verify-leakage", "--cutoff", "latest", "--set", store)
    assert made.exit_code == 0, made.stderr
    assert "Proven: " in made.stdout
    assert "There is no MLflow store, so features are compared and no scores." in made.stderr
