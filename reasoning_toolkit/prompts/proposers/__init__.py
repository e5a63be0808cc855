"""Prompts that a model writes: from examples, from what was tried and its scores, from failures."""
