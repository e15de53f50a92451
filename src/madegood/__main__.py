"""The commands; each imports what it needs when it is called, so that `check` starts at once."""

from __future__ import annotations


def main() -> None:
    """Stand-in until the commands are laid."""
    raise SystemExit("madegood: no command yet")


if __name__ == "__main__":
    main()
