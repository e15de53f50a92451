from __future__ import annotations

from collections.abc import Iterator

import pytest

from madegood.engine.store import Store


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        yield opened
