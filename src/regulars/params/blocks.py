"""The parameters as frozen, closed blocks; each field says what it wants."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from regulars.params.boosting import BoostingValue, boosting_faults
from regulars.params.feeds import FEEDS, unfit_columns, unknown_feeds
from regulars.params.fields import Column, Count, Day, Days, DaysOrNone, Float, Int, Money, Named, Share, Text
from regulars.params.store_address import SQLITE, StoreAddress

DEMO = "demo"
LOG = "log"  # in place of a file of consents: what the log itself says
MEMORY = r"^[1-9](\d{0,8}(\.\d{1,3})? ?(MB|GB)|\d{0,5}(\.\d{1,3})? ?TB)$"  # up to what DuckDB can count


def _as_text(value: Any) -> Any:
    """A number or a switch as the text that stands for it: a group may be called 0 or false."""
    return str(value) if isinstance(value, int | float) else value


def _store(uri: str) -> StoreAddress:
    """Refuse what no store can be at: MLflow would find out late, and in other words."""
    address = StoreAddress(uri)  # a port out of range is a ValueError
    nameless = address.scheme in ("http", "https") and not address.host
    fileless = uri.startswith("sqlite:") and (not uri.startswith(SQLITE) or uri.endswith(("/", ":memory:")))
    if nameless or fileless:
        raise ValueError(f"{uri} leads nowhere")
    return address


def _boosting(params: dict[str, BoostingValue]) -> dict[str, BoostingValue]:
    if faults := boosting_faults(params, {}):
        raise ValueError("; ".join(faults))
    return params


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ColumnParams(_Block):
    """Our name: the user's column. Absent means that the log does not carry it."""

    customer_id: Named
    ordered_at: Named
    amount: Column = None
    quantity: Column = None
    unit_price: Column = None
    order_id: Column = None
    unit_cost: Column = None
    product_id: Column = None
    category: Column = None
    channel: Column = None
    discount: Column = None
    is_return: Column = None
    ingested_at: Column = None

    @model_validator(mode="after")
    def _price_needs_quantity(self) -> ColumnParams:
        if self.unit_price is not None and self.quantity is None and self.amount is None:
            raise ValueError("unit_price is mapped without quantity: map both, or map amount")
        return self

    def mapped(self) -> dict[str, str]:
        """Return the columns that are mapped, ours to theirs."""
        return {ours: theirs for ours, theirs in self.model_dump().items() if theirs is not None}


class FeatureParams(_Block):
    """A feature of one's own, computed from other features and from looks at what a customer had done."""

    name: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$",
            description="a name of letters, digits and _, a letter first; up to 63 characters",
        ),
    ]
    expression: Annotated[
        str, Field(min_length=1, max_length=1000, description="an expression of up to 1000 characters")
    ]
    meaning: Annotated[str, Field(min_length=1, max_length=300, description="a text of up to 300 characters")]
    unit: Literal["days", "orders", "money", "ratio", "share", "count", "number"] = "number"


class TransactionParams(_Block):
    """Where the log is and how its columns are called."""

    path: Text = DEMO
    table: Annotated[str | None, Field(description="a text, or null")] = None
    columns: ColumnParams = ColumnParams(customer_id="customer_id", ordered_at="date", amount="amount")
    returns: Literal["net", "drop", "keep"] = "net"
    memory_limit: Annotated[
        str | None, Field(pattern=MEMORY, description="an amount such as 512MB or 2GB, below 1000000TB; or null")
    ] = None
    timezone: Annotated[
        str | None, Field(min_length=1, description="the name of a time zone, such as Europe/Berlin, or null for UTC")
    ] = None
    layout: Literal[
        "auto",
        "shopify",
        "woocommerce",
        "stripe",
        "square",
        "paypal",
        "amazon",
        "etsy",
        "magento",
        "bigcommerce",
        "online_retail",
    ] = "auto"
    max_age_days: Annotated[Days | None, Field(description="a whole number of days, from 1 to 3660, or null")] = None
    own_columns: Annotated[dict[str, Text], Field(description="a name of your choice: your column")] = {}
    own_features: Annotated[
        tuple[FeatureParams, ...], Field(description="a list of features, each with name, expression and meaning")
    ] = ()

    @property
    def is_named(self) -> bool:
        """Whether somebody named a log; without that it is the demo's."""
        return "path" in self.model_fields_set


class WindowParams(_Block):
    """When history ends, and how far ahead the scores look."""

    cutoff: Annotated[Literal["latest"] | Day, Field(description="YYYY-MM-DD from 1900 to 2100, or latest")] = "latest"
    horizon_days: Days = 180


class LifetimeParams(_Block):
    """The lifetime-value model, and the money terms of CLV."""

    model: Literal["auto", "nbd", "bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd_k", "mbg_cnbd_k"] = "auto"
    clv_horizon_days: Annotated[Int, Field(ge=1, le=36600, description="a whole number of days, from 1 to 36600")] = 365
    annual_discount_rate: Annotated[Float, Field(ge=0, lt=10, description="a number from 0 to below 10")] = 0.10
    margin: Annotated[Float, Field(gt=0, le=1, description="a number above 0, up to 1")] = 1.0


class TrainingParams(_Block):
    """How much training looks at."""

    max_customers: Annotated[
        Int | None, Field(ge=1000, le=10**9, description="a whole number, 1000 or more, or null for all customers")
    ] = 200_000


class BacktestParams(_Block):
    """Where in the past the scorer is tried."""

    origins: Annotated[
        Annotated[Int, Field(ge=0, le=100)] | tuple[Day, ...],
        Field(description="a whole number from 0 to 100, or a list of days as YYYY-MM-DD"),
    ] = 4
    step_days: Days = 30


class OfferParams(_Block):
    """What a contact costs and what it is assumed to bring; nothing is made up, so each figure has to be stated.

    The incentive costs a fixed amount (`incentive_cost`), or a share of the customer's order (`incentive_share`).
    """

    name: Text
    channel: Text
    contact_cost: Money
    incentive_cost: Annotated[Money | None, Field(description="an amount of money, 0 or more; or null")] = None
    incentive_share: Annotated[Share | None, Field(description="a number from 0 to 1, or null")] = None
    accept_rate: Share
    winback_rate: Share
    redeem_rate: Share

    @model_validator(mode="after")
    def _one_incentive(self) -> OfferParams:
        if (self.incentive_cost is None) == (self.incentive_share is None):
            raise ValueError(
                f"the offer {self.name!r} needs either incentive_cost (money) or incentive_share (of the order)"
            )
        return self


class CampaignParams(_Block):
    """The team's budget and capacity, and the share held out to measure the effect."""

    name: Text = "campaign"
    budget: Annotated[Money | None, Field(description="an amount of money, 0 or more; or null, for no limit")] = None
    contacts_per_day: Count = 30
    days: Count = 20
    control_share: Annotated[Float, Field(ge=0, lt=1, description="a number from 0 to below 1")] = 0.2
    min_days_since_last: DaysOrNone = 0
    max_days_since_last: Annotated[DaysOrNone | None, Field(description="a whole number of days, or null")] = None
    min_spend: Money = 0.0
    min_days_between_contacts: DaysOrNone = 30
    exclude: Annotated[str | None, Field(min_length=1, description="a file of customer ids, or null")] = None
    consent: Annotated[
        str | None, Field(min_length=1, description="a file of ids and channels, log (what the log says), or null")
    ] = None
    start: Annotated[Day | None, Field(description="YYYY-MM-DD from 1900 to 2100, or null")] = None
    history: Annotated[
        str | None, Field(pattern=r".\.(parquet|csv)$", description="a file that ends in .parquet or .csv; or null")
    ] = None


class CalendarParams(_Block):
    """Days known ahead: promotions, closures, holidays."""

    path: Annotated[
        str | None, Field(pattern=r".\.(parquet|csv)$", description="a file that ends in .parquet or .csv; or null")
    ] = None
    country: Annotated[
        str | None,
        Field(min_length=1, description="a country as DE, or a part of one as DE-BY (in quotes: 'NO'), or null"),
    ] = None


class FeedParams(_Block):
    """A file of other facts on customers; `columns` maps our names to the user's, as in the log."""

    path: Text
    columns: Annotated[dict[str, Text], Field(description="our name: the user's column")] = {}

    @model_validator(mode="before")
    @classmethod
    def _file_alone(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value


def _known_feeds(feeds: dict[str, FeedParams]) -> dict[str, FeedParams]:
    unknown = list(unknown_feeds(feeds))
    unfit = [
        fault for name, feed in feeds.items() if name in FEEDS for fault in unfit_columns(FEEDS[name], feed.columns)
    ]
    if faults := unknown + unfit:
        raise ValueError("; ".join(faults))
    return feeds


class CustomerParams(_Block):
    """A file of attributes of customers; every mapped column but the id is a feature."""

    path: Annotated[str | None, Field(min_length=1, description="a file, a folder, a database, or null")] = None
    table: Annotated[str | None, Field(description="a text, or null")] = None
    columns: Annotated[dict[str, Text], Field(description="our name: the user's column")] = {
        "customer_id": "customer_id"
    }
    valid_from: Column = None


Cuts = Annotated[tuple[Float, Float, Float, Float] | None, Field(description="a list of four rising numbers, or null")]


class LoyaltyParams(_Block):
    """The rules by which customers are put into segments, stages, health and tiers."""

    recency_cuts: Cuts = (30.0, 90.0, 180.0, 365.0)
    order_cuts: Cuts = None
    spend_cuts: Cuts = None
    best_days: Days = 30
    new_days: Days = 90
    advocate_orders: Count = 6
    advocate_days: Days = 365
    average_gaps: Annotated[Float, Field(gt=0, le=100, description="a number above 0, up to 100")] = 1.5
    poor_gaps: Annotated[Float, Field(gt=0, le=100, description="a number above 0, up to 100")] = 3.0
    compare_days: Days = 30
    falling_ranks: Share = 0.1
    tiers_by: Literal["spend", "orders", "years"] = "spend"
    tier_shares: Annotated[dict[str, Share], Field(description="a name and a share of the customers for each tier")] = {
        "gold": 0.05,
        "silver": 0.20,
        "bronze": 0.50,
    }
    tier_thresholds: Annotated[
        dict[str, Float] | None, Field(description="a name and an amount for each tier, or null")
    ] = None
    acquisition_cost: Annotated[
        Float | None, Field(gt=0, description="money for one new customer, above 0, or null")
    ] = None
    no_contact_days: Days = 90
    ask_again_days: Days = 180
    actions: Annotated[dict[str, Text], Field(description="a text for each stage and health, as first_time_good")] = {}

    @model_validator(mode="after")
    def _in_order(self) -> LoyaltyParams:
        for name in ("recency_cuts", "order_cuts", "spend_cuts"):
            cuts = getattr(self, name)
            if cuts and any(low >= high for low, high in pairwise(cuts)):
                raise ValueError(f"{name} is {list(cuts)}: each cut must be above the one before")
        if self.poor_gaps <= self.average_gaps:
            raise ValueError(f"poor_gaps is {self.poor_gaps}: it must be above average_gaps ({self.average_gaps})")
        return self


class ReportParams(_Block):
    """How the report names the shop and writes its money."""

    shop: Annotated[str | None, Field(min_length=1, max_length=80, description="the shop's name, or null")] = None
    currency: Annotated[
        str | None, Field(min_length=1, max_length=8, description="a sign or code of a currency, as £ or EUR; or null")
    ] = None


class UpliftParams(_Block):
    """What the columns of a randomised campaign are, and what a contact costs."""

    treatment: Column = None
    control: Annotated[
        Annotated[str, Field(min_length=1)] | None,
        BeforeValidator(_as_text),
        Field(description="the value of those who were not contacted, or null"),
    ] = None
    outcomes: Annotated[tuple[Named, ...], Field(description="a list of columns")] = ()
    customer_id: Column = None
    propensity: Column = None
    exclude: Annotated[tuple[Named, ...], Field(description="a list of columns")] = ()
    rankings: Annotated[dict[str, Named], Field(description="a name of your choice: your column")] = {}
    margin: Annotated[Float | None, Field(gt=0, le=1, description="a number above 0, up to 1; or null")] = None
    contact_cost: Annotated[Money | None, Field(description="an amount of money, 0 or more; or null")] = None
    share: Annotated[Float, Field(gt=0, lt=1, description="a number above 0 and below 1")] = 0.3


class MlflowParams(_Block):
    """Where runs are logged and under which name the model is registered."""

    tracking_uri: Annotated[
        str,
        Field(min_length=1, description="the address of a store, as sqlite:///models/mlflow.db or http://host:5000"),
        AfterValidator(_store),
    ] = "sqlite:///models/mlflow.db"
    experiment: Annotated[str, Field(min_length=1, max_length=500, description="a text of up to 500 characters")] = (
        "regulars"
    )
    model_name: Annotated[
        str,
        Field(
            pattern=r"^\w([\w .+-]{0,198}\w)?$",
            description="a name of letters and digits, and blanks or . _ + - between them; up to 200 characters",
        ),
    ] = "regulars"


class Params(_Block):
    """Every number that a person may turn."""

    seed: Annotated[Int, Field(ge=0, lt=2**31, description="a whole number from 0 to 2147483647")] = 0
    transactions: TransactionParams = TransactionParams()
    windows: WindowParams = WindowParams()
    lifetime: LifetimeParams = LifetimeParams()
    churn: Annotated[
        dict[str, bool | int | float | str],
        Field(description="LightGBM parameters, each a number, or true or false"),
        AfterValidator(_boosting),
    ] = {}
    training: TrainingParams = TrainingParams()
    backtest: BacktestParams = BacktestParams()
    offers: Annotated[tuple[OfferParams, ...], Field(description="a list of offers")] = ()
    campaign: CampaignParams = CampaignParams()
    uplift: UpliftParams = UpliftParams()
    loyalty: LoyaltyParams = LoyaltyParams()
    report: ReportParams = ReportParams()
    mlflow: MlflowParams = MlflowParams()
    calendar: CalendarParams = CalendarParams()
    customers: CustomerParams = CustomerParams()
    feeds: Annotated[
        dict[str, FeedParams], Field(description="names of feeds and their files"), AfterValidator(_known_feeds)
    ] = {}
    _file: Path | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _consent_of_a_column_that_is_read(self) -> Params:
        if self.consent_column and self.customers.path is None:
            raise ValueError(
                f"campaign.consent is {self.consent_column!r}, a column of customers, but customers.path names no file"
            )
        return self

    @property
    def consent_column(self) -> str | None:
        """The column of customers that `campaign.consent` names; None where it names a file, or nothing."""
        attributes = self.customers.columns.keys() - {"customer_id"}
        return self.campaign.consent if self.campaign.consent in attributes else None

    @property
    def file(self) -> Path | None:
        """The file that they were read from, or None where there was none."""
        return self._file

    def read_from(self, file: Path | None) -> Params:
        """Return the same parameters, read from a file."""
        copied = self.model_copy()
        copied._file = file
        return copied
