"""Where facts are kept and daily statistics are made; no business rule."""
