import datetime as dt
from pathlib import Path

import pytest
import yaml

from regulars.errors import ParamsError
from regulars.params import Params, demo_params, load_params

ROOT = Path(__file__).parent.parent


def write(folder, text):
    path = folder / "params.yaml"
    path.write_text(text)
    return path


def load(path, *overrides, **environment):
    return load_params(path, overrides=overrides, environment=environment)


def test_the_committed_file_states_the_defaults():
    committed = yaml.safe_load((ROOT / "params.yaml").read_text())
    assert Params.model_validate(committed) == Params()


def test_the_committed_file_names_every_key():
    committed = yaml.safe_load((ROOT / "params.yaml").read_text())
    for name, value in Params().model_dump(mode="json").items():
        if isinstance(value, dict) and name != "churn":
            assert set(committed[name]) == set(value), name


def test_layers_lie_over_each_other(tmp_path):
    path = write(tmp_path, "windows: {horizon_days: 60}\nseed: 1\n")
    assert load(path).windows.horizon_days == 60
    assert load(path, REGULARS__WINDOWS__HORIZON_DAYS="90").windows.horizon_days == 90
    both = load(path, "windows.horizon_days=30", REGULARS__WINDOWS__HORIZON_DAYS="90")
    assert (both.windows.horizon_days, both.seed) == (30, 1)


def test_paths_count_from_the_folder_of_the_file(tmp_path):
    params = load(write(tmp_path, "transactions: {path: orders.csv}\n"))
    assert params.transactions.path == str(tmp_path / "orders.csv")
    assert params.mlflow.tracking_uri == f"sqlite:///{tmp_path}/models/mlflow.db"


def test_an_absolute_store_and_a_server_stay_as_they_are(tmp_path):
    path = write(tmp_path, "")
    assert load(path, MLFLOW_TRACKING_URI="http://localhost:5000").mlflow.tracking_uri == "http://localhost:5000"
    assert load(path, MLFLOW_TRACKING_URI="sqlite:////x/y.db").mlflow.tracking_uri == "sqlite:////x/y.db"


def test_given_columns_replace_the_mapping_whole(tmp_path):
    path = write(tmp_path, "transactions: {columns: {customer_id: c, ordered_at: d}}\n")
    assert load(path).transactions.columns.mapped() == {"customer_id": "c", "ordered_at": "d"}


def test_dates_are_read_as_days(tmp_path):
    params = load(write(tmp_path, "windows: {cutoff: 2011-06-01}\nbacktest: {origins: [2011-03-01]}\n"))
    assert params.windows.cutoff == dt.date(2011, 6, 1)
    assert params.backtest.origins == (dt.date(2011, 3, 1),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("windoes: {}", r"windoes: unknown key \(did you mean 'windows'\?\)"),
        ("windows: {horizon: 3}", r"windows.horizon: unknown key \(did you mean 'horizon_days'\?\)"),
        ("offers: [{cost: 3}]", "offers.0.cost: unknown key"),
        ("transactions: {columns: {customer_id: c, ordered_at: d, amout: x}}", "did you mean 'amount'"),
        ("windows: {horizon_days: soon}", "windows.horizon_days: .*found 'soon'"),
        ("windows: {cutoff: someday}", "windows.cutoff"),
        ("lifetime: {margin: 2}", "lifetime.margin"),
        ("lifetime: {model: bgnbd}", "lifetime.model"),
        ("offers: []", "offers"),
        ("seed: [1", "not valid YAML"),
        ("- a\n- b", "should be a YAML mapping"),
        ("transactions: {columns: {customer_id: c, ordered_at: d, unit_price: p}}", "unit_price is mapped without"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, text, words):
    with pytest.raises(ParamsError, match=words):
        load(write(tmp_path, text))


def test_all_faults_come_at_once(tmp_path):
    with pytest.raises(ParamsError) as error:
        load(write(tmp_path, "a: 1\nb: 2\nseed: -1\n"))
    assert str(error.value).count("\n  - ") == 3


def test_an_override_without_a_value_says_how_it_is_written(tmp_path):
    with pytest.raises(ParamsError, match=r"key\.path=value"):
        load(write(tmp_path, ""), "seed")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ParamsError, match=r"nothing\.yaml"):
        load_params(tmp_path / "nothing.yaml")


def test_the_demo_stays_in_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://production:5000")
    write(tmp_path, "seed: 7\n")
    params = demo_params(Path("demo"), overrides=["windows.horizon_days=90"])
    assert params.mlflow.tracking_uri == f"sqlite:///{tmp_path}/demo/mlflow.db"
    assert (params.seed, params.windows.horizon_days, params.transactions.path) == (0, 90, "demo")
