"""The log at the door: read, judged row by row, booked in fixed-point money, accounted for to the cent."""

from regulars.transactions.corrupt import write_corrupted
from regulars.transactions.log import Transactions, read_transactions
from regulars.transactions.quality import QualityReport, assess

__all__ = ["QualityReport", "Transactions", "assess", "read_transactions", "write_corrupted"]
