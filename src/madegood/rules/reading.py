"""Names of the findings that reading a strategy gives, and what each asks for; see intent/."""

from __future__ import annotations

#: (name, what a file should be), in the order in which a reader meets them.
READING: tuple[tuple[str, str], ...] = (
    ("unreadable", "Every file is text, and YAML can read it"),
    ("not-a-strategy-file", "Every file in the strategy folder says what it holds"),
    ("unknown-version", "The version is one that this program reads"),
    ("missing-path", "Every source says where it reads from"),
    ("duplicate-key", "Every field is said once"),
    ("unknown-field", "Every field is one that exists"),
    ("wrong-kind", "Every field holds the kind of value it takes"),
    ("bad-number", "Numbers are numbers"),
    ("bad-date", "Dates are days that exist"),
    ("bad-effect", "Effects are ranges"),
    ("bad-window", "Windows are numbers of days"),
    ("bad-selector", "Selectors choose work by field and pattern"),
    ("bad-choice", "Words are among those that may stand there"),
    ("missing-id", "Everything has an id"),
    ("bad-id", "Ids are short words without spaces"),
    ("duplicate-id", "An id is given once"),
    ("secret-in-text", "No token or password stands in a file"),
)
