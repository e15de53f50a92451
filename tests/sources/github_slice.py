"""Makes github_schema.json anew: the fields that are read, as GitHub publishes them.

npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
python tests/sources/github_slice.py package/generated/api.github.com.json > tests/sources/github_schema.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

USER = {"id": 0, "login": 0}
LABEL = {"name": 0}
ISSUE: dict[str, Any] = {
    "id": 0, "number": 0, "title": 0, "body": 0, "state": 0, "state_reason": 0, "draft": 0, "labels": LABEL,
    "type": {"name": 0}, "milestone": {"number": 0, "title": 0}, "user": USER, "assignees": USER,
    "parent_issue_url": 0, "pull_request": {"merged_at": 0}, "created_at": 0, "closed_at": 0, "updated_at": 0,
}  # fmt: skip
FIELDS: dict[str, dict[str, Any]] = {
    "issue": ISSUE,
    "issue-event": {
        "id": 0, "event": 0, "created_at": 0, "issue": {"id": 0, "number": 0}, "label": LABEL, "assignee": USER,
    },
    "milestone": {"id": 0, "number": 0, "title": 0, "due_on": 0, "state": 0},
    "release": {
        "id": 0, "tag_name": 0, "name": 0, "body": 0, "draft": 0, "prerelease": 0, "published_at": 0, "created_at": 0,
    },
    "deployment": {"id": 0, "sha": 0, "ref": 0, "environment": 0, "production_environment": 0, "created_at": 0},
    "deployment-status": {"id": 0, "state": 0, "created_at": 0},
}  # fmt: skip
KEPT = ("type", "enum", "format", "items", "maxLength", "minLength", "pattern", "oneOf", "anyOf", "allOf")


def sliced(schema: dict[str, Any], fields: Any, all_schemas: dict[str, Any]) -> dict[str, Any]:
    """A schema with these fields only; what `nullable` says in the words of JSON Schema."""
    while "$ref" in schema:
        schema = all_schemas[schema["$ref"].rsplit("/", 1)[1]]
    out = {name: schema[name] for name in KEPT if name in schema}
    for name in ("oneOf", "anyOf", "allOf"):
        if name in out:
            out[name] = [sliced(one, fields, all_schemas) for one in out[name]]
    if "items" in out:
        out["items"] = sliced(out["items"], fields, all_schemas)
    if "properties" in schema and isinstance(fields, dict):
        found = {name: below for name, below in fields.items() if name in schema["properties"]}
        out["properties"] = {n: sliced(schema["properties"][n], below, all_schemas) for n, below in found.items()}
        out["required"] = [name for name in schema.get("required", ()) if name in fields]
        out["additionalProperties"] = False
    return {"anyOf": [out, {"type": "null"}]} if schema.get("nullable") else out


if __name__ == "__main__":
    whole = json.loads(Path(sys.argv[1]).read_text("utf-8"))["components"]["schemas"]
    made = {name: sliced({"$ref": f"#/components/schemas/{name}"}, fields, whole) for name, fields in FIELDS.items()}
    print(json.dumps(made, indent=1))
