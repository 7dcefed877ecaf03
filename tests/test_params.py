import datetime as dt
from pathlib import Path
from typing import Literal, get_origin

import pytest
import yaml

import regulars
from regulars.errors import ParamsError
from regulars.params import Params, Setting, demo_params, load_params
from regulars.params.words import known_keys

ROOT = Path(__file__).parent.parent
TERMS = (
    "{name: voucher, channel: email, contact_cost: 1, incentive_cost: 10, accept_rate: 0.3, winback_rate: 0.03, "
    "redeem_rate: 1}"
)


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("windoes: {}", r"windoes: unknown key \(did you mean 'windows'\?\)"),
        ("windows: {horizon: 3}", r"windows.horizon: unknown key \(did you mean 'horizon_days'\?\)"),
        ("offers: [{cost: 3}]", "offers.0.cost: unknown key"),
        ("transactions: {columns: {customer_id: c, ordered_at: d, amout: x}}", "did you mean 'amount'"),
        (
            "windows: {horizon_days: soon}",
            r"windows.horizon_days is 'soon' \(from .*params.yaml\); expected: a whole number of days",
        ),
        ("windows: {cutoff: someday}", "windows.cutoff"),
        ("lifetime: {margin: 2}", "lifetime.margin"),
        ("mlflow: {model_name: a/b}", "mlflow.model_name is 'a/b' .*; expected: a name of letters and digits"),
        ('mlflow: {model_name: "a\'b"}', "mlflow.model_name"),
        ("mlflow: {model_name: a@b}", "mlflow.model_name"),
        ("mlflow: {tracking_uri: 'http://'}", "mlflow.tracking_uri is 'http://' .*; expected: the address of a store"),
        ("mlflow: {tracking_uri: 'http://host:99999'}", "mlflow.tracking_uri"),
        ("mlflow: {tracking_uri: 'sqlite://mlflow.db'}", "mlflow.tracking_uri"),
        ("mlflow: {tracking_uri: 'sqlite:///'}", "mlflow.tracking_uri"),
        ("mlflow: {tracking_uri: 'sqlite:///:memory:'}", "mlflow.tracking_uri"),
        ("lifetime: {model: bgnbd}", "lifetime.model"),
        ("offers: [{name: a}]", "offers.0.redeem_rate"),
        (
            "windows: {cutoff: 2011-31-12}",
            "windows.cutoff is '2011-31-12' .*; expected: YYYY-MM-DD from 1900 to 2100, or latest$",
        ),
        ("windows: {cutoff: 9999-12-31}", "windows.cutoff is '9999-12-31'"),
        ("backtest: {origins: [0001-01-01]}", "backtest.origins is .*'0001-01-01'"),
        ("windows: {cutoff: !!timestamp 2011-31-12}", "month must be in 1..12"),
        ("windows: 3", "windows is 3 .*; expected: keys and values, of cutoff, horizon_days"),
        ("offers: 3", "offers is 3 .*; expected: a list of offers"),
        ("offers: [3]", "offers.0 is 3 .*; expected: keys and values, of name, channel"),
        ("horizon_days: 90", r"horizon_days: unknown key \(did you mean 'windows.horizon_days'\?\)"),
        ("lifetime: {annual_discount_rate: .nan}", "lifetime.annual_discount_rate is nan"),
        ("churn: {num_leaves: [1]}", r"churn.num_leaves is \[1\] .*; expected: LightGBM parameters"),
        ("1: 2", "1: unknown key"),
        ("feeds: {contacts: {path: c.csv, columns: {day: on}}}", "feeds.contacts.columns.day is True"),
        ("feeds: {contacts: {pathe: c.csv}}", r"feeds.contacts.pathe: unknown key \(did you mean 'path'\?\)"),
        ("feeds: {contacts: 3}", "feeds.contacts is 3 .*; expected: keys and values, of path, columns"),
        (
            "calendar: {path: days.txt}",
            r"calendar.path is 'days.txt' .*; expected: a file that ends in .parquet or .csv",
        ),
        ("calendar: {county: GB}", r"calendar.county: unknown key \(did you mean 'country'\?\)"),
        ("calendar: {country: NO}", r"calendar.country is False .*; expected: a country as DE, .*in quotes: 'NO'"),
        ("seed: 1\nseed: 2\n", "'seed' is given twice"),
        ("transactions:\n\tpath: x\n", "not valid YAML"),
        ("a: &a [*a]", "a: unknown key"),
        ("a: " + "[" * 3000, "nested too deep"),
        ("a: !!python/object:os.system 1", "not valid YAML"),
        ("seed: [1", "not valid YAML"),
        ("- a\n- b", "should be a YAML mapping"),
        ("transactions: {columns: {customer_id: c, ordered_at: d, unit_price: p}}", "unit_price is mapped without"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, text, words):
    with pytest.raises(ParamsError, match=words):
        load(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("windows: {cutoff: 2011-31-12}", "windows.cutoff"),
        ("backtest: {origins: [2011-01-01, soon]}", "backtest.origins"),
        (f"offers: [{TERMS}]".replace("0.3", "3"), "offers.0.accept_rate"),
        (f"offers: [{TERMS}]".replace("0.3", "3").replace("voucher", "[]"), "offers.0.accept_rate"),
    ],
)
def test_a_fault_is_told_once_and_without_the_words_of_the_library(tmp_path, text, value):
    with pytest.raises(ParamsError, match=value) as error:
        load(write(tmp_path, text))
    told = str(error.value)
    assert told.count("\n  - ") == (2 if "[]" in text else 1)
    assert not any(word in told for word in ("Input", "should", "valid", "literal", "tuple"))


def numbers(values, above=""):
    """The keys of numbers, with those of the first entry of a list."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from numbers(value, f"{above}{name}.")
        elif isinstance(value, list):
            yield from numbers(value[0], f"{above}{name}.0.") if value and isinstance(value[0], dict) else ()
        elif isinstance(value, int | float):
            yield f"{above}{name}"


@pytest.mark.parametrize("key", [*numbers(Params().model_dump(mode="json")), "campaign.budget"])
def test_a_switch_is_no_number(tmp_path, key):
    for switch in ("true", "no"):
        with pytest.raises(ParamsError, match=rf"{key} is (True|False) \(from --set\); expected: an? "):
            load(write(tmp_path, ""), f"{key}={switch}")


def test_every_key_says_what_it_wants():
    for key in known_keys():
        *blocks, name = key.split(".")
        block = Params
        for above in blocks:
            block = block.model_fields[above].annotation
        field = block.model_fields[name]
        assert field.description or get_origin(field.annotation) is Literal, key


def test_a_fault_is_blamed_on_where_it_was_written(tmp_path):
    path = write(tmp_path, "windows: {horizon_days: soon}\nseed: 1\n")
    with pytest.raises(ParamsError) as error:
        load(path, "seed=x", Setting("windows.cutoff", "2011-31-12", "--cutoff"), REGULARS__LIFETIME__MARGIN="2")
    for said in (
        f"windows.horizon_days is 'soon' (from {path})",
        "seed is 'x' (from --set)",
        "windows.cutoff is '2011-31-12' (from --cutoff)",
        "lifetime.margin is 2 (from REGULARS__LIFETIME__MARGIN)",
    ):
        assert said in str(error.value)


def test_an_offer_states_one_kind_of_incentive(tmp_path):
    for terms in (TERMS.replace("incentive_cost: 10, ", ""), TERMS.replace("contact", "incentive_share: 0.1, contact")):
        with pytest.raises(ParamsError, match=r"needs either incentive_cost .* or incentive_share"):
            load(write(tmp_path, f"offers: [{terms}]\n"))


def test_one_entry_of_a_list_can_be_set(tmp_path):
    assert load(write(tmp_path, f"offers: [{TERMS}]\n"), "offers.0.accept_rate=0.2").offers[0].accept_rate == 0.2
    path = write(tmp_path, f"offers: [{TERMS}, {TERMS}]\n")
    assert [offer.name for offer in load(path, "offers.0.name=a").offers] == ["a", "voucher"]
    assert [offer.name for offer in load(path, "offers.1.name=c").offers] == ["voucher", "c"]
    with pytest.raises(ParamsError, match=r"offers\.2\.name \(--set\) points to no entry of its list"):
        load(path, "offers.2.name=c")


def test_an_unknown_key_of_the_environment_is_named(tmp_path):
    with pytest.raises(ParamsError, match=r"windows\.horizon: unknown key .* \(from REGULARS__WINDOWS__HORIZON\)"):
        load(write(tmp_path, ""), REGULARS__WINDOWS__HORIZON="9")


def test_a_variable_with_one_underscore_too_few_is_pointed_at(tmp_path, caplog):
    caplog.set_level("INFO", logger="regulars")
    load(write(tmp_path, ""), REGULARS_MLFLOW__EXPERIMENT="x", REGULARS_SEED="1", REGULARS_REAL_DATA="/x")
    assert [record.message for record in caplog.records] == [
        "REGULARS_MLFLOW__EXPERIMENT in the environment is not read: its name would be REGULARS__MLFLOW__EXPERIMENT.",
        "REGULARS_SEED in the environment is not read: its name would be REGULARS__SEED.",
    ]


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "params.yaml").write_bytes(b"seed: \xff")
    with pytest.raises(ParamsError, match="not valid YAML in UTF-8"):
        load(tmp_path / "params.yaml")
    with pytest.raises(ParamsError, match="is a folder"):
        load(tmp_path)


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


def test_a_mapping_is_read_as_the_file_it_would_be(tmp_path, monkeypatch):
    values = {"windows": {"horizon_days": 90}, "transactions": {"path": "orders.csv"}}
    monkeypatch.chdir(tmp_path)
    read = load(write(tmp_path, "seed: 3\nwindows: {horizon_days: 90}\ntransactions: {path: orders.csv}"))
    assert load_params(values, overrides=["seed=3"], environment={}).model_dump() == read.model_dump()
    assert values == {"windows": {"horizon_days": 90}, "transactions": {"path": "orders.csv"}}
    with pytest.raises(ParamsError, match=r"windows.horizon: unknown key \(did you mean 'horizon_days'\?\)"):
        load_params({"windows": {"horizon": 90}}, environment={})


@pytest.mark.parametrize("given", [["windows"], 90, True])
def test_what_are_no_parameters_is_refused_with_what_is_expected(given):
    with pytest.raises(ParamsError, match=f"Parameters are a {type(given).__name__}; expected the path of a YAML file"):
        load_params(given)


def test_training_needs_parameters_that_were_read():
    with pytest.raises(ParamsError, match="The parameters are a dict; expected what load_params returns"):
        regulars.train({"windows": {"horizon_days": 90}})
