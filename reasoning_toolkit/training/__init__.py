"""Training: what a model is trained on (`objectives`)."""
