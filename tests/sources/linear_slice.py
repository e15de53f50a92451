"""Makes linear_schema.graphql anew: the types and fields that are asked for, as Linear publishes them.

npm pack @linear/sdk@98.0.0 && tar xzf linear-sdk-98.0.0.tgz
python tests/sources/linear_slice.py package/dist/index-D2pH4Pk9.d.mts > tests/sources/linear_schema.graphql

Linear's kit for TypeScript has a type for each of GraphQL's: `name?: Maybe<X>` may be null, `name: X` may not.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

DATES = ("DateTime", "DateTimeOrDuration", "TimelessDate")
LISTS = ("Issue", "IssueHistory", "IssueLabel", "WorkflowState", "Project", "ProjectMilestone", "Cycle", "Release")
TYPES: dict[str, str] = {
    "Query": "issues releases teams workflowStates issueLabels projects projectMilestones cycles",
    "Issue": "id identifier title createdAt updatedAt startedAt completedAt canceledAt archivedAt trashed estimate "
    "priorityLabel labelIds state assignee parent project projectMilestone cycle team history description",
    "IssueHistory": "id createdAt fromStateId toStateId fromAssigneeId toAssigneeId",
    "IssueLabel": "id name isGroup parent",
    "WorkflowState": "id name type",
    "Team": "id key name",
    "User": "id name email",
    "Project": "id slugId name createdAt startedAt completedAt canceledAt trashed updatedAt",
    "ProjectMilestone": "id name",
    "Cycle": "id name number",
    "Release": "id name version completedAt updatedAt trashed stage pipeline issues",
    "ReleaseStage": "type",
    "ReleasePipeline": "id name isProduction",
    "PageInfo": "hasNextPage endCursor",
    **{f"{one}Connection": "nodes pageInfo" for one in (*LISTS, "Team")},
}
INPUTS: dict[str, str] = {
    "IssueFilter": "id team updatedAt",
    "ReleaseFilter": "id updatedAt",
    "TeamFilter": "key",
    "CycleFilter": "team",
    "IssueIDComparator": "eq in",
    "IDComparator": "eq in",
    "StringComparator": "eq eqIgnoreCase",
    "DateComparator": "gte lte",
}
ENUMS = ("PaginationOrderBy", "ReleaseStageType")
#: Of a field, the type that holds what may be said with it.
SAID = {"Query": "Query{}Args", "Issue": "Issue{}Args", "Release": "Release{}Args"}
ARGUMENTS = ("first", "after", "filter", "includeArchived", "orderBy")


def body(name: str, text: str) -> dict[str, str]:
    """Field -> its type of TypeScript, with a question mark before it where it may be left out."""
    name = name.replace("IDComparator", "IdComparator")
    found = re.search(rf"^type {name} = (?:\w+ & )?\{{\n(.*?)^\}};", text, re.S | re.M)
    assert found, f"the kit has no type {name}"
    plain = re.sub(r"/\*\*.*?\*/", "", found[1], flags=re.S)
    return {one: mark + said for one, mark, said in re.findall(r"^  (\w+)(\??): (.*);$", plain, re.M)}


def sdl(said: str) -> str:
    """A type of TypeScript as one of GraphQL.

    >>> sdl('?Maybe<Scalars["ID"]>'), sdl('Array<Scalars["String"]>'), sdl("?InputMaybe<Array<IssueFilter>>")
    ('ID', '[String!]!', '[IssueFilter!]')
    """
    inner = said.removeprefix("?")
    optional = re.fullmatch(r"(?:Input)?Maybe<(.*)>", inner)
    inner = optional[1] if optional else inner
    listed = re.fullmatch(r"Array<(.*)>", inner)
    inner = listed[1] if listed else inner
    name = re.sub(r'Scalars\["(\w+)"\]', r"\1", inner).replace("IdComparator", "IDComparator")
    return (f"[{name}!]" if listed else name) + ("" if optional else "!")


def arguments(kind: str, field: str, text: str) -> str:
    """What may be said with a field, as far as it is."""
    name = SAID.get(kind, "").format(field[0].upper() + field[1:])
    if not name or f"\ntype {name} = " not in text:
        return ""
    known = body(name, text)
    kept = {one: sdl(known[one]) for one in ARGUMENTS if one in known}
    kept = {one: said for one, said in kept.items() if one != "filter" or said in INPUTS}
    return "(" + ", ".join(f"{one}: {said}" for one, said in kept.items()) + ")"


def sliced(text: str) -> str:
    """The slice, as text."""
    out = [f"scalar {one}\n" for one in DATES]
    for kind, fields in TYPES.items():
        known = body(kind, text)
        lines = [f"  {one}{arguments(kind, one, text)}: {sdl(known[one])}" for one in fields.split()]
        out.append(f"type {kind} {{\n" + "\n".join(lines) + "\n}\n")
    for kind, fields in INPUTS.items():
        known = body(kind, text)
        out.append(f"input {kind} {{\n" + "\n".join(f"  {one}: {sdl(known[one])}" for one in fields.split()) + "\n}\n")
    for kind in ENUMS:
        found = re.search(rf"^declare enum {kind} \{{(.*?)^\}}", text, re.S | re.M)
        assert found
        out.append(f"enum {kind} {{\n" + "\n".join(f"  {w}" for w in re.findall(r'"(\w+)"', found[1])) + "\n}\n")
    return "\n".join(out)


if __name__ == "__main__":
    print(sliced(Path(sys.argv[1]).read_text("utf-8")), end="")
