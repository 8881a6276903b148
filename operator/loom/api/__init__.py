"""The kinds as people write them and read them back: pydantic models, and the CRDs printed from them."""
