"""The simulator's own certificate authority. Makes and keeps keys and certificates; decides nothing about who may connect."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DOMAINS = (
    "azurecontainerapps.io",
    "azurecontainerapps.us",
    "azurecontainerapps.cn",
    "azure-api.net",
    "azurefd.net",
    "blob.core.windows.net",
    "dfs.core.windows.net",
    "vault.azure.net",
)
OWN_HOSTS = ("contoso.com",)
"""Below which customers have hosts of their own on a Front Door or an application gateway."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Where the files are, and the key that tokens are signed with."""

    ca_file: Path
    chain_file: Path
    key_file: Path
    signing_key: rsa.RSAPrivateKey


def ensure(home: Path) -> Authority:
    """The authority kept in `home`, made when it is not there yet: restarts keep it, so clients need to trust it once."""
    home.mkdir(parents=True, exist_ok=True)
    ca_file, ca_key_file = home / "ca.pem", home / "ca-key.pem"
    if not (ca_file.exists() and ca_key_file.exists()):
        for stale in ("ca.pem", "server.pem", "server-key.pem"):
            (home / stale).unlink(missing_ok=True)
        key = _new_key()
        _write_key(ca_key_file, key)
        _write(ca_file, _authority(key).public_bytes(serialization.Encoding.PEM))
    ca_key = _read_key(ca_key_file)
    chain_file, key_file = home / "server.pem", home / "server-key.pem"
    if not (chain_file.exists() and key_file.exists()):
        leaf_key = _new_key()
        _write_key(key_file, leaf_key)
        leaf = _leaf(leaf_key, x509.load_pem_x509_certificate(ca_file.read_bytes()), ca_key)
        _write(chain_file, leaf.public_bytes(serialization.Encoding.PEM))
    return Authority(ca_file, chain_file, key_file, ca_key)


class HostCertificates:
    """A server's TLS context that has a certificate for every name of the simulated cloud.

    A wildcard covers one label, and the names of container apps have more, so a leaf is made for each parent name when it is
    first asked for (by the name in the TLS handshake).
    """

    def __init__(self, home: Path, authority: Authority) -> None:
        self._home = home / "hosts"
        self._authority = authority
        self._made: dict[str, ssl.SSLContext] = {}
        self.context = _context(authority.chain_file, authority.key_file)
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
        above = (name or "").partition(".")[2]
        deep = above not in DOMAINS and above.endswith(tuple(f".{domain}" for domain in DOMAINS))
        if deep or above in OWN_HOSTS:
            if above not in self._made:
                self._made[above] = self._make(above)
            connection.context = self._made[above]

    def _make(self, above: str) -> ssl.SSLContext:
        self._home.mkdir(exist_ok=True)
        chain_file = self._home / f"{above}.pem"
        ca = x509.load_pem_x509_certificate(self._authority.ca_file.read_bytes())
        leaf = _leaf(_read_key(self._authority.key_file), ca, self._authority.signing_key, [f"*.{above}"])
        _write(chain_file, leaf.public_bytes(serialization.Encoding.PEM))
        return _context(chain_file, self._authority.key_file)


def _context(chain_file: Path, key_file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain_file, key_file)
    return context


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _write_key(path: Path, key: rsa.RSAPrivateKey) -> None:
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(path, content, mode=0o600)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """The file is there whole, or not at all: a client may be reading it, and a start may be killed."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=mode)
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _read_key(path: Path) -> rsa.RSAPrivateKey:
    # The check of a key's numbers takes 60 ms, and these are our own.
    key = serialization.load_pem_private_key(path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path} holds no RSA key; remove it and the simulator makes a new one")
    return key


def _builder(subject: str, key: rsa.RSAPrivateKey, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _authority(key: rsa.RSAPrivateKey) -> x509.Certificate:
    subject = "Loom simulated Azure CA"
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(subject, key, 3650)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    key: rsa.RSAPrivateKey, ca: x509.Certificate, ca_key: rsa.RSAPrivateKey, more: list[str] | None = None
) -> x509.Certificate:
    names = ["localhost", *DOMAINS, *(f"*.{domain}" for domain in DOMAINS), *(more or [])]
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    return (
        _builder("localhost", key, 820)
        .issuer_name(ca.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
