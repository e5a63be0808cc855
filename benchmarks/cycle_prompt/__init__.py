"""CyclePrompt on programs: one call, the loop, its controls at equal calls."""
