"""A scorer that was trained with columns that only its log has, and with a feature that its shop declares itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.evaluation import prove_no_leak
from regulars.features import build_features, own_features
from regulars.monitoring.reference import columns_of
from regulars.params import Feature, TransactionParams
from regulars.reasons.risk import reasons_for
from regulars.scorer import History, Scorer, fit_scorer
from regulars.tracking.model_folder import write_model
from regulars.transactions import Transactions, read_transactions, write_corrupted
from regulars.windows import Windows
from tests.scorer.conftest import CUTOFF, HORIZON, settings_for

pytestmark = pytest.mark.slow

OWN = {"payment": "pay", "weight": "w"}
DECLARED = (Feature(name="lately", expression="total(orders, 45) / orders_180", meaning="Share of the last 45 days"),)
WINDOWS = Windows.at(CUTOFF, HORIZON)
NAMES = tuple(feature.name for feature in own_features(["own_label_payment", "own_number_weight"]))


@pytest.fixture(scope="module")
def lines(shop: pd.DataFrame) -> pd.DataFrame:
    """How they pay tells who will be back, the weight tells nothing."""
    last = shop.groupby("customer_id")["date"].transform("max")
    pay = np.where(last >= CUTOFF, "account", np.where(last >= "1997-06-01", "card", "cash"))
    return shop.assign(pay=pay, w=np.random.default_rng(3).gamma(2.0, 2.0, len(shop)).round(2))


@pytest.fixture(scope="module")
def own_tx(lines: pd.DataFrame) -> Transactions:
    return read_transactions(lines, own_columns=OWN, own_features=DECLARED)


@pytest.fixture(scope="module")
def own(own_tx: Transactions) -> Scorer:
    return fit_scorer(History(own_tx), WINDOWS, settings_for(HORIZON))


def test_it_knows_their_features_and_the_columns_that_they_need(own: Scorer, scorer: Scorer) -> None:
    always_alike = "payment_usual_share"  # 1 for everybody
    assert own.feature_names == (*scorer.feature_names, *(name for name in NAMES if name != always_alike), "lately")
    assert f"attribute {always_alike} is left out: it is the same for everybody" in [note.text for note in own.notes]
    assert own.attributes.own == ("own_label_payment", "own_number_weight")
    assert own.attributes.categories["payment_usual"] == ("account", "card", "cash")
    assert not any(note.code == "attributes_undated" for note in own.notes)


def test_reasons_tell_them_by_their_names(own: Scorer, own_tx: Transactions) -> None:
    reasons = own.score(own_tx, CUTOFF)[["reason_1", "reason_2", "reason_3"]].stack()
    assert reasons.str.contains("payment (?:usual|last) is (?:account|card|cash)").sum() > 50
    features = build_features(own_tx, CUTOFF)
    risk = own.explain(features).risk
    assert risk is not None
    assert risk["lately"].abs().max() > 0
    told = reasons_for(risk[["lately", "bias"]], features)["reason_1"].dropna()
    assert told.str.fullmatch(r"(?:raises|lowers) the risk: lately is (?:[\d.]+|not known)").all()
    assert len(told)


def test_drift_looks_at_them(own: Scorer, own_tx: Transactions) -> None:
    watched = columns_of(build_features(own_tx, CUTOFF), own)
    assert {"weight_mean", "payment_usual is account", "payment_novelty", "lately"} <= set(watched)


def test_on_a_log_without_them_it_says_which_and_where_to_map_them(
    own: Scorer, tx: Transactions, lines: pd.DataFrame
) -> None:
    asked = r"trained with own columns of the log, and payment \(a category\), weight \(a number\) are not given\. Map"
    with pytest.raises(InputError, match=asked):
        own.score_features(build_features(tx, CUTOFF))
    as_category = read_transactions(
        lines.assign(w=lines["w"].gt(4).map({True: "yes", False: "no"})), own_columns=OWN, own_features=DECLARED
    )
    with pytest.raises(InputError, match=r"and weight \(a number\) is not given"):
        own.score(as_category, CUTOFF)


def test_no_feature_and_no_score_knows_the_future(own: Scorer, lines: pd.DataFrame, tmp_path: Path) -> None:
    written = write_corrupted(lines, TransactionParams().columns, WINDOWS, tmp_path, own_columns=OWN)
    logs = {
        how: read_transactions(file, own_columns=written.own_columns, own_features=DECLARED)
        for how, file in written.files.items()
    }
    proof = prove_no_leak(logs.pop("as it is"), logs.items(), WINDOWS, own)
    assert proof.holds, proof.tried


@pytest.mark.filterwarnings("ignore")  # MLflow's own, on pandas 3
def test_plain_mlflow_scores_as_it_does(own: Scorer, own_tx: Transactions, tmp_path: Path) -> None:
    import mlflow.pyfunc

    features = build_features(own_tx, CUTOFF)
    write_model(tmp_path / "model", own, own.example(features.index), mlflow.models.Model())
    scores = mlflow.pyfunc.load_model(str(tmp_path / "model")).predict(features.head(50))
    pd.testing.assert_frame_equal(scores, own.score_features(features.head(50)), check_exact=True)


def test_it_is_saved_and_loaded(own: Scorer, own_tx: Transactions, tmp_path: Path) -> None:
    own.save(tmp_path / "scorer")
    loaded = Scorer.load(tmp_path / "scorer")
    assert loaded.attributes == own.attributes
    assert loaded.catalogue == own.catalogue
    pd.testing.assert_frame_equal(loaded.score(own_tx, CUTOFF), own.score(own_tx, CUTOFF), check_exact=True)


def test_a_feature_that_is_absent_or_declared_otherwise_is_refused_by_name(own: Scorer, lines: pd.DataFrame) -> None:
    otherwise = Feature(name="lately", expression="total(orders, 44) / orders_180", meaning="Another")
    for declared in ((), (otherwise,)):
        tx = read_transactions(lines, own_columns=OWN, own_features=declared)
        with pytest.raises(ModelError, match="and lately is absent here or declared otherwise"):
            own.score(tx, CUTOFF)
    features = build_features(read_transactions(lines, own_columns=OWN), CUTOFF)
    with pytest.raises(InputError, match=r"and lately is not given\. Declare them under transactions\.own_features"):
        own.score_features(features)


def test_what_a_model_file_declares_is_never_computed(own: Scorer, own_tx: Transactions, tmp_path: Path) -> None:
    """A file whose checksums are right, but that holds another expression: the log's own is compared with it."""
    evil = "__import__('pathlib').Path('found').touch()"
    replace(own, attributes=replace(own.attributes, declared={"lately": evil})).save(tmp_path / "scorer")
    with pytest.raises(ModelError, match="declared otherwise"):
        Scorer.load(tmp_path / "scorer").score(own_tx, CUTOFF)
    assert not Path("found").exists()
