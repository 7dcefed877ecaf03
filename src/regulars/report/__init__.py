"""The report: pictures, and one HTML page with everything in it."""

import regulars.report.scratch  # noqa: F401  before matplotlib is imported

# isort: split
from regulars.report.content import AliveGrid, ModelFacts, ReportContent
from regulars.report.customer_card import Section, history_line, sections
from regulars.report.customer_page import render_customer
from regulars.report.page import render
from regulars.report.pictures import pictures, run_pictures
from regulars.report.views import most_valuable

__all__ = [
    "AliveGrid",
    "ModelFacts",
    "ReportContent",
    "Section",
    "history_line",
    "most_valuable",
    "pictures",
    "render",
    "render_customer",
    "run_pictures",
    "sections",
]
