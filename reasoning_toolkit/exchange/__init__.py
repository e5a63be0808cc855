"""Exchange: completions that others made become a run, and a run becomes a file that others read."""
