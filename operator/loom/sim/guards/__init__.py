"""What may refuse a request before a resource type is asked: access, locks, policies, budgets, faults."""
