"""From Azure back to YAML: what an estate that exists would say, had it been asked for. Pure: bodies in, specs out."""
