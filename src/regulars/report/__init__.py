"""The report: pictures, and one HTML page with everything in it."""

import regulars.report.scratch  # noqa: F401  before matplotlib is imported

# isort: split
from regulars.report.content import AliveGrid, ModelFacts, ReportContent
from regulars.report.page import render
from regulars.report.pictures import pictures

__all__ = ["AliveGrid", "ModelFacts", "ReportContent", "pictures", "render"]
