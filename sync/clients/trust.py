"""Whom a connection trusts, and what is wrong with a certificate that it does not."""

from __future__ import annotations

import ssl

import httpx


def trusting(ca_file: str) -> ssl.SSLContext | None:
    """What trusts the authorities of a PEM file beside the usual ones; None, for the usual ones alone, without a file.

    Raises OSError for a file that cannot be read or holds no certificate.
    """
    if not ca_file:
        return None
    context = httpx.create_ssl_context()
    context.load_verify_locations(cafile=ca_file)
    return context


def mistrust(error: BaseException) -> str:
    """Why the other side's certificate is not trusted, in OpenSSL's words; empty when the error is another one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return str(cause.verify_message).rstrip(".")
        cause = cause.__cause__ or cause.__context__
    return ""
