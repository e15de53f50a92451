#!/usr/bin/env python3
"""Everything a fresh machine with Python 3.11 needs: ./do demo, ./do test; `./do` lists the rest.

Makes .venv from the hashed locks in locks/ with uv where it is on the PATH, else with venv and pip.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")


def say(text: str) -> None:
    print(f"do: {text}", file=sys.stderr, flush=True)


def run(*command: object, **more: object) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False, **more)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(done.returncode)


def key(lock: Path) -> str:
    seen = hashlib.sha256(sys.version.encode() + str(ROOT).encode())
    for path in (lock, ROOT / "pyproject.toml"):
        seen.update(path.read_bytes())
    return seen.hexdigest()


def make_venv(uv: str | None) -> None:
    if PYTHON.exists():
        return
    say("making .venv")
    if uv:
        run(uv, "venv", "-q", "--python", sys.executable, VENV)
        return
    run(sys.executable, "-m", "venv", VENV)


def ready(which: str) -> None:
    """.venv holds the packages of locks/<which>.txt and the project itself."""
    lock, stamp = ROOT / "locks" / f"{which}.txt", VENV / f"ready-{which}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == key(lock):
        return
    uv = shutil.which("uv")
    make_venv(uv)
    say(f"installing locks/{which}.txt with {'uv' if uv else 'pip'}")
    if uv:
        install = [uv, "pip", "install", "-q", "--compile-bytecode", "--python", PYTHON]
    else:
        if subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode:
            run(PYTHON, "-m", "ensurepip", "--default-pip", stdout=subprocess.DEVNULL)
        install = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    run(*install, "--require-hashes", "-r", lock)
    run(*install, "--no-deps", "--no-build-isolation", "-e", ROOT)
    say("compiling the loops over days, once")
    run(PYTHON, "-c", "from madegood.numerics.warm import warm; warm()")
    stamp.write_text(key(lock))


def demo(rest: list[str]) -> None:
    """all set-up, then the main job on a company that does not exist"""
    ready("run")
    run(PYTHON, "-m", "madegood", "demo", *rest)


def test(rest: list[str]) -> None:
    """all set-up, then every test"""
    ready("dev")
    run(PYTHON, "-m", "pytest", *(rest or ["-n", "2"]))


def lint(rest: list[str]) -> None:
    """format, lint and types"""
    ready("dev")
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "mypy")


def lock(rest: list[str]) -> None:
    """make the locks anew (needs uv)"""
    uv = shutil.which("uv") or str(BIN / "uv")
    common = ["--universal", "--generate-hashes", "--no-header", "--no-emit-index-url", "--no-annotate", "-q"]
    dev = ["build", "test", "lint"]
    for which, groups, extras in (
        ("run", ["build"], []),
        ("dev", dev, []),
        ("match", [], ["match"]),
        ("engines", [*dev, "engines"], []),
    ):
        group = [part for name in groups for part in ("--group", name)]
        group += [part for name in extras for part in ("--extra", name)]
        group += ["-c", "locks/dev.txt"] if which in ("match", "engines") else []
        target = ROOT / "locks" / f"{which}.txt"
        run(uv, "pip", "compile", "pyproject.toml", *common, *group, "-o", target, stdout=subprocess.DEVNULL)


def engines(rest: list[str]) -> None:
    """ClickHouse, a client of PostgreSQL and Spark, for the tests that run on them"""
    ready("dev")
    ready("engines")


def madegood(rest: list[str]) -> None:
    """any command of madegood: ./do madegood check"""
    ready("run")
    run(PYTHON, "-m", "madegood", *rest)


COMMANDS = {"demo": demo, "test": test, "lint": lint, "engines": engines, "lock": lock, "madegood": madegood}


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit("do: needs Python 3.11 or later; call it with that: python3.11 do demo")
    name, *rest = sys.argv[1:] or ["help"]
    if name not in COMMANDS:
        print("\n".join(f"  ./do {name:10} {command.__doc__}" for name, command in COMMANDS.items()))
        sys.exit(0 if name in ("help", "-h", "--help") else 2)
    COMMANDS[name](rest)


if __name__ == "__main__":
    main()
