"""What a diff would do, or a reconcile did, for people and for programs. Pure: values in, text out.

A Report is a list of entries (`model`); `words` says each in a manager's words; `text`, `markdown` and `as_json`
show it on a terminal, on a page, and to programs (docs/report.md).
"""

from sync.report.as_json import as_json
from sync.report.markdown import as_markdown
from sync.report.model import Entry, Report, of_outcome, of_plan, of_waiting
from sync.report.saved import approval_of
from sync.report.text import as_text

__all__ = ["Entry", "Report", "approval_of", "as_json", "as_markdown", "as_text", "of_outcome", "of_plan", "of_waiting"]
