"""What real outcomes of idle or distressed production elsewhere say of the method and of the prior effects.

Sets are of other countries: they test order, intervals and effects, never the level of a province.
"""
