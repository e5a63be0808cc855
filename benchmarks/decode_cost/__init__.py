"""What a vote costs: the same continuations as a plain script makes them, with a prefix cache, and ended early."""
