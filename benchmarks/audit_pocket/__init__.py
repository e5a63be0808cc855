"""A full audit of samples of the packaged model, beside the truth of the exact step checker."""
