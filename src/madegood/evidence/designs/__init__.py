"""One file per design; DESIGNS lists them by strength."""
