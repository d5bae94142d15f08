"""The failures of each sender, counted so that nobody fills the log or the network by guessing."""

from collections import OrderedDict
from datetime import datetime, timedelta
from math import ceil

_SPAN = timedelta(minutes=1)
_MOST_FAILURES = 20
_MOST_SENDERS = 1000


class FailedSenders:
    """The failures of the last minute by sender; of a thousand senders at most.

    It is asked about failures alone. Behind a reverse proxy all senders have one address, and a genuine webhook must
    not be refused because of a stranger's; to find out that it is genuine costs a hash of 1 MiB at most.
    """

    def __init__(self) -> None:
        self._senders: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def failed(self, sender: str, now: datetime) -> int:
        """Count a failure; returns for how many seconds the sender is to keep away, 0 for its first 20 in a minute."""
        began, failures = self._senders.pop(sender, (now, 0))
        if not began <= now < began + _SPAN:  # also where the clock was set back
            began, failures = now, 0
        self._senders[sender] = (began, failures + 1)
        if len(self._senders) > _MOST_SENDERS:
            self._senders.popitem(last=False)
        return ceil((began + _SPAN - now).total_seconds()) if failures >= _MOST_FAILURES else 0
