"""A handed-out key as a secret of a Key Vault: where it is, what is written there, and what stands beside it.

Resource Manager writes secrets and never shows their values, so nothing here reads one. It deletes none either (Azure docs: Vaults
secrets, REST): a key that is taken back is covered by a version that is disabled and holds no key.
"""

from collections.abc import Iterable, Mapping

from loom.plan.arm_id import name_of
from loom.plan.keys import KeyNotes, Place
from loom.plan.ownership import TAG, Owner
from loom.plan.values import Json, Value, at

_NOTES = "csaloom-"  # before the names of notes, in tags: these hold no slash
_DIGEST = f"{_NOTES}keys-digest"


def secret_id(place: Place, vaults: Iterable[str]) -> str:
    """The id of a place among these vaults (ids); "" where it is in none of them."""
    found = (vault for vault in vaults if name_of(vault).lower() == place.vault.lower())
    return next((f"{vault}/secrets/{place.secret}" for vault in found), "")


def handed_out(owner: Owner, key: str, digest: str, notes: KeyNotes) -> dict[str, Json]:
    """The secret with a key in it."""
    texts = {f"{_NOTES}{name}": text for name, text in notes.write().items() if text}
    return {"tags": {TAG: owner.mark, _DIGEST: digest, **texts}, "properties": held(key)}


def held(key: Value) -> dict[str, Value]:
    """What a secret says of a key that is good."""
    return {"value": key, "contentType": "text/plain", "attributes": {"enabled": True}}


def digest_of(secret: Mapping[str, Json]) -> str:
    """The keyed hash of the keys that were handed out; "" where nobody can read them there."""
    return _tags(secret).get(_DIGEST, "") if at(secret, "properties.attributes.enabled") is not False else ""


def notes_of(secret: Mapping[str, Json]) -> KeyNotes | None:
    """The notes beside the key; None where no key is handed out."""
    return KeyNotes.read({name.removeprefix(_NOTES): text for name, text in _tags(secret).items()})


def _tags(secret: Mapping[str, Json]) -> dict[str, str]:
    found = secret.get("tags")
    return {str(name).lower(): str(text) for name, text in found.items()} if isinstance(found, Mapping) else {}
