"""Every decoding method beside self-consistency at the same generated tokens."""
