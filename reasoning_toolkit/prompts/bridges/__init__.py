"""Optimizers of other libraries, run on the toolkit's engines and ledger; what they find is scored again like any other prompt."""
