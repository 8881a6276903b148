"""The sandbox: a local control plane, the simulated Azure and the operator, started as programs."""
