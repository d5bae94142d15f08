"""A report as Markdown: a heading per day and place, a table per place."""

from sync.report import words
from sync.report.model import Report

_HEAD = ["| | Work | System | Change | Why |", "|---|---|---|---|---|"]


def as_markdown(report: Report) -> str:
    """The report as a page of Markdown that ends in a line break."""
    lines = [f"# {report.command.capitalize()} of {report.pair}", "", words.headline(report)]
    day_before = None
    for (day, place), demands in report.places():
        if day != day_before:
            lines += ["", f"## {day or 'Without a day'}"]
        day_before = day
        lines += ["", f"### {place or 'Without a place'}", "", *_HEAD]
        for entry in (entry for demand in demands for entry in demand):
            change = entry.change
            what = "; ".join(filter(None, (words.deed(change), words.fields(change), words.price(change))))
            cells = (words.status(entry.status), words.subject(change), words.system(change), what, words.why(entry))
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    left_out = report.left_out()
    if left_out:
        lines += ["", "## Left out", ""]
        lines += [f"- {len(changes)} x {reason}: {words.records(changes)}" for reason, changes in left_out.items()]
    refused = words.refused(report)
    if refused:
        lines += ["", f"## {words.REFUSED}", "", *(f"- {line}" for line in refused)]
    return "\n".join(lines) + "\n"
