"""The report: pictures, and one HTML page with everything in it."""

import regulars.report.scratch  # noqa: F401  before matplotlib is imported

# isort: split
from regulars.report.content import AliveGrid, ModelFacts, ReportContent
from regulars.report.page import render
from regulars.report.pictures import pictures, run_pictures
from regulars.report.views import most_valuable

__all__ = ["AliveGrid", "ModelFacts", "ReportContent", "most_valuable", "pictures", "render", "run_pictures"]
