"""Families of prompts: what each searches over."""
