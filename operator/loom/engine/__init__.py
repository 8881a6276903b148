"""The one engine that converges any plan: observe, diff, apply, prune, health, conditions."""
