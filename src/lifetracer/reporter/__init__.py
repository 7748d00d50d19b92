"""The reporter: a period on paper, as a PDF by Typst.

Law: a report reads marts only, carries its own font, and the same rows give the same bytes.
"""

from lifetracer.reporter.run import ReportSummary, render_week, report

__all__ = ["ReportSummary", "render_week", "report"]
