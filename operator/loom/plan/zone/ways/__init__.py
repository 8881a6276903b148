"""The ways in to a zone's apps, a module for each. `loom.plan.zone.ways.ways` has the table of them."""
