"""Pure planners: a spec and its context in, a graph of Azure resources out. Nothing here does I/O."""
