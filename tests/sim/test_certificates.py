"""The simulator's authority in its folder: whole or not there, whenever its making was interrupted."""

from pathlib import Path

import pytest
from cryptography import x509

from loom.sim.certificates import ensure


def kill_at(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The next making ends in the middle of the file of that name, and those after it go on."""
    write = Path.write_bytes

    def killed(path: Path, content: bytes) -> int:
        if not path.name.startswith(name):
            return write(path, content)
        monkeypatch.undo()
        write(path, content[: len(content) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", killed)


@pytest.mark.parametrize("name", ["ca-key.pem", "ca.pem", "server-key.pem", "server.pem"])
def test_an_authority_whose_making_was_interrupted_is_whole_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kill_at(monkeypatch, name)
    with pytest.raises(KeyboardInterrupt):
        ensure(tmp_path)
    assert not (tmp_path / name).exists()
    made = ensure(tmp_path)
    _is_of(made.chain_file, made.ca_file)


def test_a_new_authority_that_was_interrupted_leaves_no_certificate_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(tmp_path)
    (tmp_path / "ca.pem").unlink()
    kill_at(monkeypatch, "server-key.pem")
    with pytest.raises(KeyboardInterrupt):
        ensure(tmp_path)
    made = ensure(tmp_path)
    _is_of(made.chain_file, made.ca_file)


def test_no_key_can_be_read_by_others(tmp_path: Path) -> None:
    made = ensure(tmp_path)
    assert [path.stat().st_mode & 0o777 for path in (made.key_file, tmp_path / "ca-key.pem")] == [0o600, 0o600]


def _is_of(leaf: Path, authority: Path) -> None:
    certificate, ca = (x509.load_pem_x509_certificate(path.read_bytes()) for path in (leaf, authority))
    certificate.verify_directly_issued_by(ca)
