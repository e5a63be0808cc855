"""The maps of a cycle, by what is mapped: code, text, pictures."""
