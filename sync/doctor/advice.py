"""What went wrong and what to do about it, for whoever typed the command."""

from mappings.model import NAMES, System
from sync.errors import (
    Forbidden,
    InvalidResponse,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteError,
    StoreError,
    SyncError,
    Unauthorized,
    Unavailable,
    Untrusted,
)

_LOGINS = {
    "wonolo": "check api_key and secret_key under [wonolo]",
    "wheniwork": "check key, email and password under [wheniwork]",
}
_RIGHTS = {
    "wonolo": "ask Wonolo for a Private Pool key: with a Public Pool key a person has to do it in the portal",
    "wheniwork": "log in as a manager or an administrator of the account",
}

_STRANGER = (
    "if a proxy of your company or a sandbox answers there, name the PEM file of its authority in ca_file under "
    "[connection]; if not, do not go on: somebody may be listening in"
)
_TRUST = {
    "expired": "set this machine's clock right; if it is, the certificate has to be renewed there",
    "not yet valid": "set this machine's clock right",
    "mismatch": "check base_url under [{system}]: the certificate is that of another host",
}
"""What to do about a certificate, by a word of the reason (OpenSSL's own)."""

_UNREACHABLE = ("{name} cannot be reached: {message}", "check base_url under [{system}], and the network")
_FOREIGN = (
    "what answers in place of {name} is not its API ({request}: {message})",
    "check base_url under [{system}]; a proxy or a page about maintenance may be answering",
)
_NOT_THERE = ("{name} knows no {request} ({status}: {message})", "check base_url under [{system}]")
_SECOND_FACTOR = (
    "{name} asks this login for a second factor ({status}: {message})",
    "use the login of a manager that has no second factor, under [{system}]",
)
_SENTENCES: tuple[tuple[type[RemoteError], tuple[str, str]], ...] = (
    (InvalidResponse, _FOREIGN),
    (Unauthorized, ("{name} does not accept the login ({status}: {message})", "{login}")),
    (RateLimited, ("{name} asks for a pause ({status}: {message})", "try again in {pause}")),
    (Unavailable, ("{name} is out of order ({status}: {message})", "try again later")),
    (Forbidden, ("{name} does not allow {request} ({status}: {message})", "{rights}")),
    (OutcomeUnknown, ("{name} gave no certain answer to {request} ({message})", "run it again: it looks first")),
    (RemoteError, ("{name} refused {request} ({status}: {message})", "run `shiftbridge doctor`")),
)


def explain(error: SyncError) -> tuple[str, str]:
    """One sentence on what went wrong, and one on what to do (empty where the first says it)."""
    if not isinstance(error, RemoteError):
        return str(error).rstrip("."), "check url under [database]" if type(error) is StoreError else ""
    system: System = "wonolo" if error.system == "wonolo" else "wheniwork"
    facts = {"name": NAMES[system], "login": _LOGINS[system], "rights": _RIGHTS[system], "pause": _pause(error)}
    what, todo = _sentences(error)
    return what.format(**vars(error) | facts), todo.format(**vars(error) | facts)


def _sentences(error: RemoteError) -> tuple[str, str]:
    if isinstance(error, Untrusted):
        return "{name} cannot be reached safely: {message}", _about_trust(error.message)
    if isinstance(error, Unavailable) and error.status is None:
        return _UNREACHABLE
    if isinstance(error, Rejected) and not error.certain:
        return _FOREIGN
    if isinstance(error, Rejected) and error.gone:
        return _NOT_THERE
    if isinstance(error, Unauthorized) and "MFA_CODE" in error.message:
        return _SECOND_FACTOR
    return next(sentences for kind, sentences in _SENTENCES if isinstance(error, kind))


def _about_trust(message: str) -> str:
    return next((todo for word, todo in _TRUST.items() if word in message), _STRANGER)


def _pause(error: RemoteError) -> str:
    seconds = error.retry_after if isinstance(error, RateLimited) else None
    return "a while" if seconds is None else f"{seconds:.0f} seconds"
