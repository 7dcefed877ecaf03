"""Every module has a test file of its own name, or stands below with the files that test it instead."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SOURCES = TESTS.parent / "src" / "regulars"

# A module: the files or folders of tests in which it is tested, since it shows only through another one.
ELSEWHERE = {
    "__main__.py": ["cli/test_signals.py"],  # two lines, run by every subprocess
    "arrays.py": ["test_architecture.py"],  # a name for a type; mypy checks it
    "meanings.py": ["test_dictionary.py"],  # texts
    "tables.py": ["test_dictionary.py"],  # lists of columns
    "texts.py": ["scorer/test_table.py", "transactions/customers/test_customers.py"],  # one name for a type
    # The command line is tested by what is typed and what is told.
    "loyalty/feeds/feed_and_log.py": ["loyalty/feeds/test_from_feed.py", "loyalty/feeds/test_complaints.py"],
    "loyalty/suggestions/alike.py": ["loyalty/suggestions/test_next_sale.py"],  # the loops are beside the whole
    "loyalty/suggestions/bought.py": ["loyalty/suggestions/test_next_sale.py"],
    "loyalty/suggestions/ranked.py": ["loyalty/suggestions/test_next_sale.py"],
    "loyalty/preferring/tastes.py": ["loyalty/preferring/test_preferences.py"],
    "cli/again.py": ["cli/test_options.py"],
    "cli/app.py": ["cli/test_help.py", "cli/test_refusals.py"],
    "cli/contact_list.py": ["pipelines/test_retain.py", "pipelines/test_demo.py"],
    "cli/erased.py": ["pipelines/test_forget.py"],
    "cli/layout.py": ["cli/test_console.py"],
    "cli/machine.py": ["pipelines"],
    "cli/watch.py": ["pipelines/test_monitor.py"],
    "cli/moved_by.py": ["pipelines/test_uplift.py"],
    "cli/moving.py": ["pipelines/test_segment.py"],
    "cli/show.py": ["pipelines"],
    "cli/states.py": ["pipelines/test_segment.py"],
    "cli/streams.py": ["cli/test_hostile_text.py", "cli/test_secrets.py"],
    "plots/canvas.py": ["plots/test_of_models.py"],  # axes to draw on, new or given
    "evaluation/holdouts.py": ["evaluation/test_tuning.py"],
    "evaluation/interval_forecasts.py": ["evaluation/test_coverage.py"],
    "evaluation/rolling.py": ["evaluation/test_backtest.py"],
    "evaluation/run.py": ["report/test_card.py", "pipelines/test_train.py"],
    # Each driver is computed a second time by the oracle, or found in a shop that was made for it.
    **{
        f"loyalty/associations/{name}.py": ["loyalty/associations/test_findings.py"]
        for name in ("at_start", "discounts", "habits", "last_bought", "prices", "returned", "signs", "won")
    },
    # All features and labels are computed a second time by the oracle.
    "features/basket_features.py": ["features/test_snapshot.py", "features/test_catalogue.py"],
    "transactions/mapping/free_columns.py": [
        "transactions/customers/test_customers.py",
        "transactions/mapping/test_own_columns.py",
    ],
    "features/facts.py": ["features/test_days.py"],
    "features/feature.py": ["features/test_catalogue.py"],
    "features/labels.py": ["features/test_snapshot.py"],
    "features/measures.py": ["features/test_snapshot.py"],
    "features/order_features.py": ["features/test_snapshot.py", "features/test_catalogue.py"],
    "features/table.py": ["features/test_snapshot.py", "features/test_threads.py"],
    "features/so_far.py": ["scorer/test_scorer.py", "loyalty/test_states.py"],
    "features/past.py": ["features/test_snapshot.py", "features/test_returns.py"],
    "scorer/waits.py": ["scorer/test_scorer.py", "evaluation/test_next_dates.py"],
    "lifetime/diagnostics/leaving.py": ["lifetime/diagnostics/test_checks.py", "scorer/test_absence.py"],
    "lifetime/fit/certificate.py": ["lifetime/diagnostics/test_certify.py"],
    "lifetime/fit/spenders.py": ["lifetime/models/test_gammagamma.py"],
    "lifetime/formulas/sweep.py": ["lifetime/formulas/test_pareto.py"],
    # Models that differ by a line: their tests run over all of them.
    "lifetime/models/betageometric.py": ["lifetime/models/test_base.py", "lifetime/formulas/test_betageometric.py"],
    "lifetime/models/bgcnbd.py": ["lifetime/models/test_regular.py"],
    "lifetime/models/bgnbd.py": ["lifetime/models/test_base.py", "golden/test_cdnow_sample.py"],
    "lifetime/models/fitted.py": ["lifetime/models/test_base.py", "lifetime/models/test_scikit_learn.py"],
    "lifetime/models/if_alive.py": ["lifetime/models/test_base.py", "lifetime/models/test_nbd.py"],
    "lifetime/models/mbgcnbd.py": ["lifetime/models/test_regular.py"],
    "lifetime/models/mbgnbd.py": ["lifetime/models/test_base.py", "golden/test_cdnow_sample.py"],
    "lifetime/models/paid_share.py": ["golden/test_grocery.py", "value/test_money.py"],
    "lifetime/clv/lifetime_value.py": ["lifetime/clv/test_clv.py"],
    # The monitor is tested on whole flows.
    "monitoring/log_changes.py": ["pipelines/test_monitor.py"],
    "monitoring/monitor.py": ["pipelines/test_monitor.py"],
    "monitoring/reference.py": ["pipelines/test_monitor.py"],
    # A kind of place is tested on real files and databases.
    "predict/destinations/attached.py": ["predict/destinations/test_databases.py"],
    "predict/destinations/columns.py": ["predict/destinations/test_databases.py"],
    "predict/destinations/destination.py": ["predict/destinations/test_databases.py"],
    "predict/destinations/duckdb_table.py": ["predict/destinations/test_databases.py"],
    "predict/destinations/manifests.py": ["predict/destinations/test_databases.py"],
    "predict/destinations/postgres_table.py": ["predict/destinations/test_databases.py"],
    "predict/destinations/read_back.py": ["predict/destinations/test_databases.py", "pipelines/test_monitor.py"],
    "predict/destinations/sqlite_table.py": ["predict/destinations/test_databases.py"],
    "predict/destinations/storage.py": ["predict/destinations/test_stored_object.py"],
    "predict/destinations/table_file.py": ["predict/test_scores.py", "predict/destinations/test_chosen.py"],
    "predict/destinations/table_name.py": ["predict/destinations/test_databases.py"],
    # Spark is tested on a real cluster, on a whole flow.
    "predict/erase_anywhere.py": ["predict/test_erase_in_databases.py", "predict/test_erase_in_storage.py"],
    "predict/engine.py": ["predict/test_in_parts.py"],
    "predict/engines.py": ["pipelines/test_on_spark.py"],
    "predict/spark.py": ["pipelines/test_on_spark.py"],
    "predict/spark_refusals.py": ["pipelines/test_on_spark.py"],
    "transactions/carried.py": ["predict/test_parcels.py"],
    "predict/job.py": ["predict/test_scores.py"],
    "predict/summary.py": ["predict/test_scores.py"],
    "params/model_address.py": ["predict/test_unchanged.py", "pipelines/test_score.py"],
    "params/blocks.py": ["test_params.py"],
    "params/fields.py": ["test_params.py"],
    "params/boosting.py": ["test_boosting_params.py"],
    "params/layers.py": ["test_params.py"],
    "params/words.py": ["test_params.py"],
    "pipelines/campaign_files.py": ["pipelines/test_retain.py", "pipelines/test_measure.py"],
    "pipelines/inputs.py": ["pipelines/test_validate.py", "pipelines/test_forget.py", "pipelines/test_feeds.py"],
    "pipelines/training_run.py": ["pipelines/test_train.py"],
    # The parts of one page and of one card are tested on the whole page and the whole card.
    "report/accuracy.py": ["report/test_page.py"],
    "report/canvas.py": ["report/test_pictures.py"],
    "report/contenders.py": ["report/test_page.py"],
    "report/course.py": ["report/test_page.py", "report/test_tiles.py"],
    "report/customers.py": ["report/test_page.py"],
    "report/intervals.py": ["report/test_page.py"],
    "report/newcomers.py": ["report/test_page.py"],
    "report/scratch.py": ["report/test_page.py"],
    "report/terms.py": ["report/test_page.py", "report/test_browser.py"],
    "report/views.py": ["report/test_page.py"],
    "report/words.py": ["report/test_page.py"],
    "report/card/card.py": ["report/test_card.py"],
    "report/card/figures.py": ["report/test_card.py"],
    "report/card/judged.py": ["report/test_card.py"],
    "report/card/made.py": ["report/test_card.py"],
    "report/card/markdown.py": ["report/test_card.py"],
    "report/card/use.py": ["report/test_card.py"],
    "retention/campaign_list.py": ["retention/test_measuring.py"],
    "retention/campaign_outcomes.py": ["retention/test_measuring.py"],
    "retention/checks.py": ["retention/test_targets.py"],
    "retention/let_go.py": ["retention/test_targets.py"],
    "retention/measurement.py": ["retention/test_measuring.py"],
    "retention/uplift/arm_judgement.py": ["retention/uplift/test_judging.py"],
    "retention/uplift/columns.py": ["retention/uplift/test_judging.py"],
    "retention/uplift/comparison.py": ["retention/uplift/test_judging.py", "retention/uplift/test_policies.py"],
    "retention/uplift/judgement.py": ["retention/uplift/test_judging.py"],
    "retention/uplift/rankings.py": ["retention/uplift/test_judging.py"],
    "retention/uplift/roles.py": ["retention/uplift/test_judging.py", "pipelines/test_uplift.py"],
    "retention/uplift/suspects.py": ["retention/uplift/test_judging.py"],
    "retention/uplift/trial.py": ["retention/uplift/test_judging.py"],
    "retention/worklist.py": ["retention/test_targets.py"],
    "scorer/base_models.py": ["scorer/test_fit.py"],
    "scorer/bounds.py": ["scorer/test_scorer.py"],
    "scorer/ensemble.py": ["scorer/test_scorer.py", "scorer/test_fit.py"],
    "scorer/saved_parts.py": ["scorer/test_store.py"],
    "tracking/child_runs.py": ["pipelines/test_tune.py"],
    "tracking/csv_requests.py": ["pipelines/test_served_model.py"],
    "tracking/store.py": ["tracking/test_store_faults.py", "tracking/test_embedded.py"],
    "tracking/versions.py": ["tracking/test_registry.py"],
    # The reader is tested on files, through `read_transactions`.
    # Layouts are declarations: each is tested on an export.
    "transactions/exports/export.py": ["transactions/exports/test_laid_out.py"],
    "transactions/exports/layouts/amazon.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/bigcommerce.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/etsy.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/layout.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/magento.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/online_retail.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/paypal.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/shopify.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/square.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/stripe.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/exports/layouts/woocommerce.py": [
        "transactions/exports/test_laid_out.py",
        "transactions/exports/test_recognised.py",
    ],
    "transactions/sources/csv_files.py": ["transactions/sources/test_read.py"],
    "transactions/sources/demo.py": ["transactions/sources/test_read.py"],
    "transactions/sources/files.py": ["transactions/sources/test_read.py"],
    "transactions/sources/formats.py": ["transactions/sources/test_read.py"],
    "transactions/sources/frames.py": ["transactions/sources/test_read.py"],
    "transactions/lines.py": ["transactions/test_clean.py", "transactions/test_log.py"],
    "transactions/mapping/profile.py": ["transactions/quality/test_quality.py"],
    "transactions/sources/refusals.py": ["transactions/test_bad_input.py"],
    "transactions/row_outcome.py": ["transactions/test_clean.py"],
    "transactions/sources/sheets.py": ["transactions/sources/test_excel.py"],
    "transactions/sources/workbook.py": ["transactions/sources/test_excel.py"],
}
MODULES = {file.relative_to(SOURCES) for file in SOURCES.rglob("*.py") if file.name != "__init__.py"}
MODULES |= {Path("pipelines", file.name) for file in (TESTS.parent / "pipelines").glob("[!_]*.py")}


def own_test(module: Path) -> Path:
    """Where a module is tested: private and public ones alike."""
    return TESTS / module.parent / f"test_{module.name.removeprefix('_')}"


def test_every_module_has_a_test_of_its_name_or_a_place_where_it_is_tested() -> None:
    assert len(MODULES) > 150
    without = {module.as_posix() for module in MODULES if not own_test(module).exists()}
    assert without - ELSEWHERE.keys() == set(), "add a test file of the same name, or the place to ELSEWHERE"


def test_nothing_is_listed_that_has_a_test_of_its_name_or_is_gone() -> None:
    listed = {Path(name) for name in ELSEWHERE}
    assert {name for name in listed if name not in MODULES or own_test(name).exists()} == set()


@pytest.mark.parametrize("place", sorted({place for places in ELSEWHERE.values() for place in places}))
def test_a_place_that_is_listed_holds_tests(place: str) -> None:
    path = TESTS / place
    files = path.glob("test_*.py") if path.is_dir() else [path]
    assert any("def test_" in file.read_text(encoding="utf-8") for file in files)
