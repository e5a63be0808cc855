"""Prompt racing on simulated tables of scores: what an allocator finds, at what cost, and whether its figures hold."""
