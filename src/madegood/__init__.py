"""A strategy that a product team can run: intent, execution and performance, read back honestly."""

__version__ = "0.1.0"
