"""The reporter: a period on paper, as a PDF by Typst.

Law: a report reads marts only, carries its own font, and the same rows give the same bytes.
"""

from lifetracer.reporter.run import ReportSummary, render, render_week, report
from lifetracer.reporter.wish import KINDS, PAPERS, Rounding, Wish

__all__ = ["KINDS", "PAPERS", "ReportSummary", "Rounding", "Wish", "render", "render_week", "report"]
