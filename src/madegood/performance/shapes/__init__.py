"""Shapes of query: what is asked of events, as SQL that says the same on every engine; daily statistics come out."""
