"""The doors: the world -> records -> engine; one file per connector."""
