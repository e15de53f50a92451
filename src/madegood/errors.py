"""When the world fails us: one tree of exceptions. What a person typed wrong is a Finding, never one of these."""

from __future__ import annotations


class MadegoodError(Exception):
    """What we asked, what came, what to do; the message is meant to be read by a person."""


class UsageError(MadegoodError):
    """The command was called in a way that cannot be carried out."""


class SourceError(MadegoodError):
    """A file, folder or service that facts come from did not give what it promised."""


class EngineError(MadegoodError):
    """The place where facts are kept could not answer."""


class OutOfMemory(EngineError):
    """The engine may not take as much memory as this needs."""
