"""The parts of an API product's plan: its documents and its policies. `loom.plan.api_product` puts them together."""
