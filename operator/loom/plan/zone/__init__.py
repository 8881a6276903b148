"""The parts of a landing zone's plan, a module for each service. `loom.plan.data_landing_zone` puts them together."""
