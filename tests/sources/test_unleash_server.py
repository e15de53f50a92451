"""A real Unleash on PostgreSQL: what its log says of what was done there is what our tables say.

`.ci/run` installs it, and names its folder in UNLEASH_SERVER; elsewhere this skips, saying so.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import pytest

from madegood.engine.store import Store
from madegood.execution.facts import facts
from madegood.intent.model import Strategy
from madegood.intent.parse import load
from madegood.sources.pull import pull

TOKEN = "*:*.madegood-test-token-0123456789"
FLAGS = "/api/admin/projects/default/features"


def port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def binaries() -> str:
    """Where PostgreSQL's own programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    known = shutil.which("initdb") or (str(found[-1]) if found else "")
    return str(Path(known).parent) if known else ""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    folder, node = os.environ.get("UNLEASH_SERVER", ""), shutil.which("node")
    program = Path(folder, "node_modules/unleash-server/dist/server.js")
    if not (folder and node and binaries() and program.is_file()):
        pytest.skip("needs Node, PostgreSQL, and the folder of an unleash-server in UNLEASH_SERVER")
    with TemporaryDirectory(prefix="madegood-") as data:
        yield from started(node, program, Path(data))


def started(node: str, program: Path, data: Path) -> Iterator[str]:
    """PostgreSQL, which will not run as root, and Unleash on it; its address."""
    user: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(data, "postgres")

    def postgres(name: str, *said: str) -> None:
        subprocess.run([f"{binaries()}/{name}", *said], check=True, capture_output=True, cwd=data, timeout=60, **user)

    base, db = port(), port()
    postgres("initdb", "-D", f"{data}/db", "-A", "trust", "-U", "postgres")
    options = f"-p {db} -k {data} -c fsync=off -c listen_addresses=127.0.0.1"
    postgres("pg_ctl", "-D", f"{data}/db", "-o", options, "-l", f"{data}/log", "-w", "start")
    says = {
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:{db}/postgres", "DATABASE_SSL": "false", "HTTP_PORT": str(base),
        "INIT_ADMIN_API_TOKENS": TOKEN, "CHECK_VERSION": "false", "SEND_TELEMETRY": "false", "LOG_LEVEL": "error",
    }  # fmt: skip
    unleash = subprocess.Popen(
        [node, str(program)], env=os.environ | says, stdout=-3, stderr=-3, cwd=program.parents[3]
    )
    try:
        url = f"http://127.0.0.1:{base}"
        for _ in range(300):
            with suppress(httpx2.HTTPError):
                if httpx2.get(f"{url}/health").status_code == 200:
                    break
            time.sleep(0.2)
        else:
            pytest.fail("Unleash did not start within a minute")
        yield url
    finally:
        unleash.kill()
        unleash.wait()
        postgres("pg_ctl", "-D", f"{data}/db", "-m", "immediate", "stop")


@pytest.fixture
def there(server: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server, headers={"Authorization": TOKEN}, timeout=30) as client:
        yield client


def did(answer: httpx2.Response) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.text.strip() else None


def rule(share: int, **said: Any) -> dict[str, Any]:
    return {"name": "flexibleRollout", "parameters": {"rollout": str(share), "stickiness": "default"}} | said


def test_what_was_done_on_a_real_unleash_is_what_is_read(
    there: httpx2.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = {"constraints": [{"contextName": "email", "operator": "STR_ENDS_WITH", "values": ["@acme.no"]}]}
    for flag, kind in (("one-tap", "release"), ("inside", "release"), ("off", "release"), ("stop", "kill-switch")):
        did(there.post(FLAGS, json={"name": flag, "type": kind}))
    for flag, said in (("one-tap", rule(10)), ("inside", rule(100, **some)), ("off", rule(100)), ("stop", rule(100))):
        did(there.post(f"{FLAGS}/{flag}/environments/production/strategies", json=said))
    for flag in ("one-tap", "inside", "off", "stop"):
        did(there.post(f"{FLAGS}/{flag}/environments/production/on"))
    (first,) = did(there.get(f"{FLAGS}/one-tap/environments/production/strategies"))
    did(there.put(f"{FLAGS}/one-tap/environments/production/strategies/{first['id']}", json=rule(25)))
    did(there.post(f"{FLAGS}/one-tap/environments/production/strategies", json=rule(20) | {"parameters": {
        "rollout": "20", "stickiness": "default", "groupId": "another"}}))  # fmt: skip
    did(there.post(f"{FLAGS}/one-tap/environments/development/on"))
    (only,) = did(there.get(f"{FLAGS}/off/environments/production/strategies"))
    did(there.delete(f"{FLAGS}/off/environments/production/strategies/{only['id']}"))
    assert not did(there.get(f"{FLAGS}/off/environments/production"))["enabled"], "without a rule it is switched off"
    did(there.post(f"{FLAGS}/one-tap/link", json={"url": "https://acme.atlassian.net/browse/SHOP-12"}))

    monkeypatch.setenv("UNLEASH_TOKEN", TOKEN)
    (tmp_path / "madegood.yml").write_text(
        "madegood: 1\nsources:\n"
        f"  - {{name: flags, kind: unleash, url: '{there.base_url}', project: default, token: '${{UNLEASH_TOKEN}}'}}\n"
    )
    with Store.open(None) as store:
        project = load(tmp_path).project
        (pulled,) = pull(project, store)
        known = facts(store, project, Strategy())
        links = store.rows("select release, item from links")
        assert [(finding.rule, "`inside`" in finding.message) for finding in pulled.findings] == [
            ("source-rollout-partly", True)
        ]
        assert pull(project, store)[0].unchanged
    (release,) = known.releases
    assert release.id == "one-tap" and [step.share for step in release.rollouts] == [0.4], "1 - .75 x .8"
    assert links == [("one-tap", "SHOP-12")]
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert TOKEN.encode() not in everything


def test_a_revived_flag_is_off_everywhere_as_ours_takes_it_to_be(there: httpx2.Client) -> None:
    did(there.post(FLAGS, json={"name": "back", "type": "release"}))
    did(there.post(f"{FLAGS}/back/environments/production/on"))
    assert did(there.get(f"{FLAGS}/back/environments/production"))["enabled"]
    did(there.delete(f"{FLAGS}/back"))
    did(there.post("/api/admin/archive/revive/back"))
    assert not did(there.get(f"{FLAGS}/back/environments/production"))["enabled"]
