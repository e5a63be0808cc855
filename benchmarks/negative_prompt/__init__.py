"""Discouraging or emotional sentences beside neutral ones, on short tasks."""
