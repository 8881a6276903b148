"""Probes and rules that turn what they find into findings: working, and not just provisioned."""
