"""The writer: the only module that writes remotely; intent first, then the call, then what it brought about."""

from sync.writer.calls import Calls
from sync.writer.recover import Recovery
from sync.writer.search import Search
from sync.writer.writer import Result, Writer, settle_quietly

__all__ = ["Calls", "Recovery", "Result", "Search", "Writer", "settle_quietly"]
