"""The log at the door: read, judged row by row, booked in fixed-point money, accounted for to the cent."""

from regulars.transactions.corrupt import write_corrupted
from regulars.transactions.customers.attributes import AttributeLedger, Attributes
from regulars.transactions.customers.customers import read_attributes
from regulars.transactions.customers.one_customer import Bought, History, find_customer, read_history
from regulars.transactions.customers.parts import Part, part_count, parts_of
from regulars.transactions.customers.sample import Sample, in_sample
from regulars.transactions.days.calendar import Counts, returning_by_day
from regulars.transactions.days.freshness import Freshness, run_day
from regulars.transactions.feeds.feed import Feed, FeedLedger, KnownFeed, ids_in_log
from regulars.transactions.feeds.read_feed import read_feed
from regulars.transactions.forgotten import Forgotten
from regulars.transactions.log import Transactions, needed_log, read_transactions
from regulars.transactions.quality.quality import QualityReport, assess
from regulars.transactions.sources.files import would_read

__all__ = [
    "AttributeLedger",
    "Attributes",
    "Bought",
    "Counts",
    "Feed",
    "FeedLedger",
    "Forgotten",
    "Freshness",
    "History",
    "KnownFeed",
    "Part",
    "QualityReport",
    "Sample",
    "Transactions",
    "assess",
    "find_customer",
    "ids_in_log",
    "in_sample",
    "needed_log",
    "part_count",
    "parts_of",
    "read_attributes",
    "read_feed",
    "read_history",
    "read_transactions",
    "returning_by_day",
    "run_day",
    "would_read",
    "write_corrupted",
]
