"""The report of a run: tables for a terminal, a Markdown summary, one HTML file."""

from eval.report.view import RunView, gather
from eval.report.write import write_report

__all__ = ["RunView", "gather", "write_report"]
