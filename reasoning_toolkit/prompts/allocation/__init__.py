"""Which (arm, item) pairs to score next, and when to stop: an arm is a candidate prompt, an item a problem of the dev split.

An allocator is a generator. It yields pairs, candidate by candidate, so that a prefix cache serves all items of one prompt; it
receives their scores in the same order, NaN where one could not be scored; it returns a `Selection`. Items are taken in order,
and the same ones for all arms: pass them shuffled.
"""
