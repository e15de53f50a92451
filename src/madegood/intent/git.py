"""What git knows of a strategy."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from madegood.intent.project import expand

if TYPE_CHECKING:
    from madegood.intent.model import Project


def commit(project: Project) -> str:
    """Short hash of the last commit that touched the strategy; empty without git; "+" after it: changed since."""
    paths = ["madegood.yml", expand(project.strategy)]
    short = git(project.root, "log", "-1", "--format=%h", "--", *paths)
    if not short:
        return ""
    return short + ("+" if git(project.root, "status", "--porcelain", "--", *paths) else "")


def git(root: str, *command: str) -> str:
    """What git says, or nothing."""
    try:
        said = subprocess.run(
            ["git", "-C", root, *command], capture_output=True, text=True, errors="replace", timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""
