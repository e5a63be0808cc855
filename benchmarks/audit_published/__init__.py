"""Reproduce the published figures of a labelled false-positive study, and replay its audit at a fraction of the reading."""
