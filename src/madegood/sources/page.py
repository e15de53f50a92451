"""The lists of docs/sources.md: `python -m madegood.sources.page` prints them."""

from __future__ import annotations

from madegood.engine.tables import TABLES, Table

#: Every name that a finding about a source may bear, and what it asks for.
FINDINGS = (
    ("source-missing", "error", "the file, folder or pattern is there and may be read"),
    ("source-not-what-it-says", "error", "a file is what its ending says, and whole"),
    ("source-empty", "error or warning", "a file has a header, and rows that `where:` lets through"),
    ("source-unmapped", "error", "every column that a record needs is named"),
    ("source-column-missing", "error", "every column of theirs that is named is in the file"),
    ("source-column-unknown", "error", "every column of ours that is named is one of this page"),
    ("source-column-twice", "warning", "a column that is used has a name of its own in the header"),
    ("source-encoding", "warning", "text is UTF-8, so that no letter is guessed"),
    ("source-rows-set-aside", "warning", "every row can be used"),
    ("source-all-set-aside", "error", "some rows can be used"),
    ("source-not-taken-in", "error", "the store can take what the file holds"),
    ("source-not-asked", "error", "events that stay where they are can be asked there"),
    ("source-git", "error", "git can read the repository"),
    ("source-shallow", "error", "the repository has its whole history"),
    ("source-remote", "error", "the vendor can be asked, and answers"),
    ("source-history-short", "note", "the vendor still tells the whole history of every item"),
    ("source-release-undated", "note", "every released version of a tracker says on which day"),
    ("source-identities-shared", "note", "a name that was merged belonged to one person alone"),
    ("source-robots", "warning", "few persons of a source of events do not do much of it round the clock"),
    ("source-rollout-partly", "warning", "a flag tool tells how many met each flag, whenever it was on"),
    ("source-without-tags", "warning", "the repository's versions are tagged"),
)
TYPES = {
    "VARCHAR": "text", "VARCHAR[]": "list", "TIMESTAMP": "time", "DATE": "day", "DOUBLE": "number",
    "INTEGER": "whole number", "BOOLEAN": "yes or no",
}  # fmt: skip


def lists() -> str:
    """Every kind of record with its columns, then every finding, as Markdown."""
    found = "\n".join(f"| `{name}` | {severity} | {asks} |" for name, severity, asks in FINDINGS)
    return (
        "\n".join(columns(table) for table in TABLES)
        + f"\n### Findings\n\n| name | severity | what it asks for |\n|---|---|---|\n{found}\n"
    )


def columns(table: Table) -> str:
    """One kind of record. What a record needs is bold."""
    rows = [
        f"| {f'**`{c.name}`**' if c.required else f'`{c.name}`'} | {TYPES[c.type]} | {c.holds} |"
        for c in table.columns
        if c.type in TYPES
    ]
    keep = [f"\nFurther columns are kept with `keep: [...]`: {c.holds}.\n" for c in table.columns if c.name == "fields"]
    key = ", ".join(f"`{name}`" for name in table.key)
    told = "everything in it" if table.name == "events" else key
    return (
        f"### {table.name}\n\n| column | is | holds |\n|---|---|---|\n" + "\n".join(rows) + "\n" + "".join(keep)
        + f"\nTwo records are told apart by {told}.\n"
    )  # fmt: skip


if __name__ == "__main__":
    print(lists(), end="")
