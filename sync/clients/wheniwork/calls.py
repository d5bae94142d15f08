"""What the parts of the When I Work client have in common."""

from __future__ import annotations

from sync.clients.http import Api


class Calls:
    """Calls of one part of the API; every one raises the RemoteErrors of `sync.errors`."""

    def __init__(self, api: Api) -> None:
        self._api = api
