"""A report as Markdown: a heading per day and place, a table per place."""

from sync.report import words
from sync.report.model import Entry, Report
from sync.report.price import price

_HEAD = ["| | Work | System | Change | Why | Key |", "|---|---|---|---|---|---|"]


def as_markdown(report: Report) -> str:
    """The report as a page of Markdown that ends in a line break."""
    lines = [f"# {report.command.capitalize()} of {report.pair}", "", words.headline(report)]
    checksum = words.checksum(report)
    lines += ["", checksum] if checksum else []
    day_before = None
    for (day, place), demands in report.places():
        if day != day_before:
            lines += ["", f"## {day or 'Without a day'}"]
        day_before = day
        lines += ["", f"### {place or 'Without a place'}", "", *_HEAD]
        for entry in (entry for demand in demands for entry in demand):
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in _cells(entry, report.given))} |")
    left_out = words.left_out(report) + words.after_all(report)
    if left_out:
        lines += ["", "## Left out", "", *(f"- {line}" for line in left_out)]
    lines += (
        ["", f"## {words.UNMAPPED}", "", *(f"- {line}" for line in unmapped)]
        if (unmapped := words.unmapped(report))
        else []
    )
    lines += ["", f"## {words.STALE}", "", *(f"- {line}" for line in report.stale)] if report.stale else []
    refused = words.refused(report)
    if refused:
        lines += ["", f"## {words.REFUSED}", "", *(f"- {line}" for line in refused)]
    return "\n".join(lines) + "\n"


def _cells(entry: Entry, given: str) -> tuple[str, ...]:
    change = entry.change
    what = "; ".join(filter(None, (words.deed(change), words.fields(change), price(change))))
    status, key = words.status(entry.status), words.key(entry)
    why = "<br>".join((words.why(entry), *words.to_decide(entry, given)))
    return status, words.subject(change), words.system(change), what, why, key
