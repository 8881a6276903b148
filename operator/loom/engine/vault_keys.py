"""The `Keeper` on Key Vault, through the object's own cloud: only in vaults of today's authority, and only what bears the owner's mark.

Whoever wrote a newer version of a secret by hand took the mark away with it: it is theirs from then on.
"""

from collections.abc import Mapping, Sequence

from loom.engine.compose import emptied
from loom.engine.marks import owner_of
from loom.engine.ports import Cloud, Kept, Observed
from loom.errors import CloudError, Retry
from loom.plan import vault_secrets
from loom.plan.catalog import arm_type
from loom.plan.keys import KeyNotes, Place
from loom.plan.ownership import Owner


class VaultKeeper:
    """Hands keys out to the vaults (ids) in which one owner may write secrets today."""

    def __init__(self, cloud: Cloud, owner: Owner, vaults: Sequence[str]) -> None:
        self._cloud, self._owner, self._vaults = cloud, owner, vaults

    async def read(self, place: Place) -> Kept | None:
        """What stands beside the key. Raises CloudError."""
        live = await self._find(place)
        if live is None:
            return None
        return Kept(vault_secrets.digest_of(live.body), vault_secrets.notes_of(live.body))

    async def write(self, place: Place, entries: Mapping[str, str], kept: Kept) -> None:
        """Make the secret, or another version of it with another key. Raises CloudError."""
        await self._find(place)
        notes = kept.notes or KeyNotes("")
        body = vault_secrets.handed_out(self._owner, entries["key"], kept.digest, notes)
        await self._cloud.put(self._id(place), body)

    async def remove(self, place: Place) -> None:
        """Cover the key; one that is somebody else's by now stays. Raises CloudError."""
        try:
            live = await self._find(place)
        except CloudError as error:
            if error.reason == "SecretNotOurs":
                return
            raise
        if live is not None and vault_secrets.notes_of(live.body) is not None:
            await self._cloud.put(live.id, emptied(arm_type(live.id), self._owner))

    async def _find(self, place: Place) -> Observed | None:
        arm_id = self._id(place)
        live = await self._cloud.get(arm_id)
        if live is not None and owner_of(arm_type(arm_id), live) != self._owner.mark:
            raise CloudError(
                "SecretNotOurs",
                "",
                f"secret {place.secret} of Key Vault {place.vault} was not made by the operator for this object, or somebody has "
                "made a newer version of it, and is not written; name another one, or delete and purge it",
                Retry.PERSON,
            )
        return live

    def _id(self, place: Place) -> str:
        arm_id = vault_secrets.secret_id(place, self._vaults)
        if not arm_id:
            words = f"no grant lets this namespace write secrets into Key Vault {place.vault} today"
            raise CloudError("NotGranted", "", words, Retry.PERSON)
        return arm_id
