"""The house stands in the order of its sentence: a room imports only itself and the rooms before it."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
from pathlib import Path

import pytest

import madegood

HOUSE = Path(madegood.__file__).parent
ORDER = (
    "errors refusal findings days numerics engine intent execution performance sources evidence rules direction "
    "reading draft simulate faces __main__"
).split()
MODELS = [f"madegood.{room}.model" for room in ("intent", "execution", "performance", "evidence", "direction")]


def room(module: str) -> str:
    """madegood.intent.model -> intent; madegood itself -> nothing."""
    return module.split(".")[1] if "." in module else ""


def imports(path: Path) -> set[str]:
    """Every room that a file imports, hidden imports included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names = [f"madegood.{alias.name}" for alias in node.names] if node.module == "madegood" else [node.module]
            found |= {room(name) for name in names if name and name.startswith("madegood")}
        elif isinstance(node, ast.Import):
            found |= {room(alias.name) for alias in node.names if alias.name.startswith("madegood")}
    return found & set(ORDER)


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.py")), ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_room_imports_only_itself_and_the_rooms_before_it(path: Path) -> None:
    name = path.relative_to(HOUSE).parts[0].removesuffix(".py")
    if name == "__init__":
        assert not imports(path)
        return
    assert name in ORDER, f"{name} is no room: add it to the order, where the sentence wants it"
    later = {other for other in imports(path) if ORDER.index(other) > ORDER.index(name)}
    assert not later, f"{path.name} in {name} imports {', '.join(sorted(later))}, which come after it"


def test_the_central_types_are_frozen_and_slotted() -> None:
    nouns = [
        thing
        for module in (*MODELS, "madegood.reading", "madegood.findings", "madegood.refusal")
        for thing in vars(importlib.import_module(module)).values()
        if isinstance(thing, type) and dataclasses.is_dataclass(thing)
    ]
    assert len(nouns) > 30
    for noun in nouns:
        assert noun.__dataclass_params__.frozen, f"{noun.__name__} can be changed"  # type: ignore[attr-defined]
        assert "__slots__" in vars(noun), f"{noun.__name__} has no slots"


def test_every_module_can_be_imported_alone() -> None:
    for found in pkgutil.walk_packages([str(HOUSE)], "madegood."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def test_only_days_asks_what_today_is() -> None:
    asked = [
        p
        for p in HOUSE.rglob("*.py")
        if p.name != "days.py" and ("date.today(" in p.read_text() or "datetime.now(" in p.read_text())
    ]
    assert not asked
