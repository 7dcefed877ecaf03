"""The log at the door: read, judged row by row, booked in fixed-point money, accounted for to the cent."""

from regulars.transactions.corrupt import write_corrupted
from regulars.transactions.files import would_read
from regulars.transactions.freshness import Freshness, run_day
from regulars.transactions.log import Transactions, needed_log, read_transactions
from regulars.transactions.origins import Origins, choose_origins
from regulars.transactions.quality import QualityReport, assess

__all__ = [
    "Freshness",
    "Origins",
    "QualityReport",
    "Transactions",
    "assess",
    "choose_origins",
    "needed_log",
    "read_transactions",
    "run_day",
    "would_read",
    "write_corrupted",
]
