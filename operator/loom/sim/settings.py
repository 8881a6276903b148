"""What a person may turn while the simulated cloud runs. Values only."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from loom.sim.orders import check_order


@dataclass(slots=True)
class Settings:
    """All times are simulated seconds, except `token_lifetime`, which clients count with their own clock.

    `duration_factor` stretches every long operation. `role_delay` is how long a new role assignment does nothing;
    `principal_delay` how long a new identity is unknown to the directory's replicas. `list_lag` delays what the generic
    `/resources` list shows. `strict_bodies` applies the type tables, if any were given. Of API Management: `import_status` answers
    an import (202 without a body, or 201 as other children); `import_lock` is how long an API stays locked after one;
    `require_if_match` asks for that header on PATCH and DELETE; `product_subscriptions` gives a new product's maker a subscription.
    """

    duration_factor: float = 1.0
    role_delay: float = 60.0
    principal_delay: float = 30.0
    list_lag: float = 0.0
    register_seconds: float = 20.0
    token_lifetime: int = 3599
    enforce_access: bool = True
    enforce_throttling: bool = True
    strict_bodies: bool = True
    import_status: int = 202
    import_lock: float = 4.0
    require_if_match: bool = True
    product_subscriptions: bool = True
    missing_images: list[str] = field(default_factory=list)
    quotas: dict[str, int] = field(default_factory=dict)

    def update(self, values: dict[str, Any]) -> None:
        """Change some values. Raises `ValueError` that names one that is unknown, or of another type."""
        check_order(Settings, values, "the simulator", given=False)
        for key, value in values.items():
            setattr(self, key, value)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
