"""A throw-away certificate authority, so that programs which insist on TLS can talk to the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVICES = ("api.wonolo.com", "test.wonolo.com", "api-test.wonolo.com", "api.wheniwork.com", "api.login.wheniwork.com")
"""The hosts of both services, an older test host of Wonolo among them (Wonolo reference 1)."""

HOSTS = (*SERVICES, "localhost")
ADDRESS = "127.0.0.1"
_LIFE = timedelta(days=30)


@dataclass(frozen=True)
class Certificates:
    """PEM files: the authority that a client has to trust, and the server's certificate and key."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class _Issuer:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    since: datetime


def make_certificates(folder: Path, now: datetime) -> Certificates:
    """Write a new authority and a certificate for both services' hosts and loopback into a folder.

    Both are good for thirty days. The authority's own key is kept nowhere, so it can sign nothing more.
    """
    issuer = _Issuer(_named("Throw-away authority of a sandbox"), _new_key(), now - timedelta(days=1))
    key = _new_key()
    made = Certificates(folder / "authority.pem", folder / "server.pem", folder / "server-key.pem")
    made.authority.write_bytes(_authority(issuer).public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(_certificate(issuer, key).public_bytes(serialization.Encoding.PEM))
    made.key.touch(mode=0o600)
    made.key.write_bytes(_private(key))
    return made


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _authority(issuer: _Issuer) -> x509.Certificate:
    return (
        _unsigned(issuer, issuer.name, issuer.key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(issuer.key, hashes.SHA256())
    )


def _certificate(issuer: _Issuer, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    names = [*(x509.DNSName(host) for host in HOSTS), x509.IPAddress(ip_address(ADDRESS))]
    return (
        _unsigned(issuer, _named("localhost"), key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def _unsigned(issuer: _Issuer, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(issuer.since)
        .not_valid_after(issuer.since + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
