"""The policies of API Management that can be declared: typed, each only at the levels, tiers and sections where it exists.

`table` has the facts; the other modules have the shapes. Values are literals: no policy expression and no named value of the service
can be smuggled into one.
"""
