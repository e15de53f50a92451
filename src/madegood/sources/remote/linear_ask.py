"""What is asked of Linear, in GraphQL; tests hold each question against Linear's own schema, and count what it costs.

What a question costs (linear.app/developers, Rate limiting): a tenth for each property, one for each object, all of it
times what a list may hold. No question may cost more than 10,000; the costliest of these, of releases, costs 7,000.
"""

from __future__ import annotations

import json
from typing import Any

from madegood.errors import SourceError
from madegood.sources.remote.http import Ask, message
from madegood.sources.remote.pages import within

ISSUES = 50  # in one answer, with the first STEPS of the history of each
STEPS = 20
FURTHER = 250  # of a list of small things, and of the rest of one issue's history: the most that Linear gives at once
RELEASES = 20  # in one answer, with the first SHIPPED of their issues
SHIPPED = 100

STEP = "fragment Step on IssueHistory { id createdAt fromStateId toStateId fromAssigneeId toAssigneeId }"
PAGE = "pageInfo { hasNextPage endCursor }"
ISSUE = f"""
query Issues($filter: IssueFilter, $first: Int, $after: String, $steps: Int) {{
  issues(filter: $filter, first: $first, after: $after, orderBy: updatedAt, includeArchived: true) {{
    nodes {{
      id identifier title createdAt updatedAt startedAt completedAt trashed estimate priorityLabel labelIds
      state {{ id }} assignee {{ id }} parent {{ id identifier }}
      project {{ id }} projectMilestone {{ id }} cycle {{ id }}
      history(first: $steps, includeArchived: true) {{ nodes {{ ...Step }} {PAGE} }}
    }}
    {PAGE}
  }}
}}
{STEP}
"""
HISTORY = f"""
query History($filter: IssueFilter, $first: Int, $after: String) {{
  issues(filter: $filter, first: 1, includeArchived: true) {{
    nodes {{ history(first: $first, after: $after, includeArchived: true) {{ nodes {{ ...Step }} {PAGE} }} }}
  }}
}}
{STEP}
"""
RELEASE = f"""
query Releases($filter: ReleaseFilter, $first: Int, $after: String, $held: Int) {{
  releases(filter: $filter, first: $first, after: $after, orderBy: updatedAt, includeArchived: true) {{
    nodes {{
      id name version completedAt updatedAt trashed stage {{ type }} pipeline {{ id name isProduction }}
      issues(first: $held, includeArchived: true) {{ nodes {{ id identifier }} {PAGE} }}
    }}
    {PAGE}
  }}
}}
"""
HELD = f"""
query Held($filter: ReleaseFilter, $first: Int, $after: String) {{
  releases(filter: $filter, first: 1, includeArchived: true) {{
    nodes {{ issues(first: $first, after: $after, includeArchived: true) {{ nodes {{ id identifier }} {PAGE} }} }}
  }}
}}
"""
TEAMS = """
query Teams($key: String) { teams(filter: {key: {eqIgnoreCase: $key}}, includeArchived: true) { nodes { id key } } }
"""
#: Short lists -> what is kept of each record.
SHORT = {
    "workflowStates": "id name type",
    "issueLabels": "id name isGroup parent { id }",
    "projects": "id slugId name createdAt startedAt completedAt canceledAt trashed updatedAt",
    "projectMilestones": "id name",
    "cycles": "id name number",
}


def question(text: str, **variables: Any) -> Ask:
    """A question in GraphQL."""
    return Ask("graphql", json={"query": " ".join(text.split()), "variables": variables})


def short(name: str) -> Ask:
    """All of a short list."""
    listed = f"{name}(first: $first, after: $after, includeArchived: true) {{ nodes {{ {SHORT[name]} }} {PAGE} }}"
    return question(f"query Short($first: Int, $after: String) {{ {listed} }}", first=FURTHER)


def nodes(*path: str) -> Any:
    """What takes the records of a connection out of an answer; GraphQL tells of errors in the body."""

    def found(body: Any) -> Any:
        refuse(body)
        return within(body, "data", *path, "nodes")

    return found


def refuse(body: Any) -> None:
    """Raises SourceError where Linear answers that something went wrong, which it does with status 200 as well."""
    if isinstance(body, dict) and body.get("errors"):
        said = message(json.dumps({"errors": body["errors"]}, default=str)) or "an error without words"
        raise SourceError(f"Linear answered with an error ({said}). Build again later: what came is kept")
