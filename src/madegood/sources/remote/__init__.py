"""Vendors' interfaces: answers land first, less persons and prose; tables are read from what landed."""
