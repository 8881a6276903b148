"""The Kubernetes side: watch, queue, gather, write status. Handlers parse, delegate, return."""
