"""The list of all names that a finding may bear, as a page: `python -m madegood.rules.index > docs/rules/README.md`."""

from __future__ import annotations

from madegood.rules import RULES
from madegood.rules.reading import READING

HEAD = """# Findings

What `madegood check` may say. Each name has a page with an example, the finding it gives, and the example mended; the
pages are run as tests, read on 1 Sep 2026. What is a warning elsewhere is a note on a draft (`status: proposed`).

Every name may be argued with. For the whole project, in madegood.yml:

```yaml
rules:
  evidence-stale: off          # error, warning, note or off
```

At one outcome, need, bet or metric, with the reason:

```yaml
meta: {allow: "bet-without-guardrail: only the wording changes"}
```
"""


def index() -> str:
    """The whole page."""
    rules = "\n".join(f"| [{r.name}]({r.name}.md) | {r.severity} | {r.summary} |" for r in RULES)
    reading = "\n".join(f"| [{name}]({name}.md) | {summary} |" for name, summary in READING)
    return f"""{HEAD}
## Opinions about a strategy

| name | severity | what it asks for |
|---|---|---|
{rules}

## What could not be read

A value that cannot be read loses only itself: the rest of the strategy is read, and all of these are said at once.

| name | what it asks for |
|---|---|
{reading}
"""


if __name__ == "__main__":
    print(index(), end="")
