"""Opinions: one file per lint rule; its page in docs/rules is its test."""
