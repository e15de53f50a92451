"""One quiet company and one noisy one, made once: small, with the whole path walked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from madegood.engine.store import Store
from madegood.intent.parse import Loaded, load
from madegood.simulate import Hidden, simulate
from madegood.sources.pull import Pulled, pull


@dataclass(frozen=True, slots=True)
class Company:
    """A made-up company on disk and in a store."""

    folder: Path
    hidden: Hidden
    loaded: Loaded
    store: Store
    pulled: tuple[Pulled, ...]


def company(folder: Path, store: Store, **sizes: object) -> Company:
    """Made, loaded and pulled."""
    hidden = simulate(folder, **sizes)  # type: ignore[arg-type]
    loaded = load(folder)
    return Company(folder, hidden, loaded, store, pull(loaded.project, store))


@pytest.fixture(scope="session")
def make() -> Callable[..., Company]:
    """Makes a company of any size in a folder and reads it into a store."""
    return company


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """No wander, no weekdays, no season; 6,000 customers for 15 months."""
    with Store.open(None) as store:
        yield company(tmp_path_factory.mktemp("quiet"), store, seed=3, customers=6_000, quiet=True)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """As it comes, with 800 customers."""
    with Store.open(None) as store:
        yield company(tmp_path_factory.mktemp("small"), store, seed=5, customers=800)
