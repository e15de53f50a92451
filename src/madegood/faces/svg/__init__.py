"""Drawings as SVG text, made on the server: each function takes plain data and returns safe markup."""
