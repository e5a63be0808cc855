"""System prompts: which of many is best, found with few evaluations and without crowning noise."""
