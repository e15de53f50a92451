"""A token from the environment: it can be used and struck out, and nothing shows it by accident."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from urllib.parse import quote

from madegood.errors import SourceError

SHORTEST = 8  # characters; striking out a shorter text would spoil words that only look like it
NAMED = re.compile(r"\$\{(\w+)\}")


class Secret:
    """A token. Its text comes out of `reveal` alone, and `struck` takes every way of writing it out of a text.

    >>> token = Secret("GITHUB_TOKEN", "abcdefgh-12")
    >>> token, str(token), token.struck("Bearer abcdefgh-12!")
    (Secret('GITHUB_TOKEN'), "Secret('GITHUB_TOKEN')", 'Bearer (secret)!')
    """

    __slots__ = ("_forms", "_text", "name")

    def __init__(self, name: str, text: str, *users: str) -> None:
        """`users` are the names with which it is sent as `user:token` in base64."""
        self.name, self._text = name, text
        pairs = [b64encode(f"{user}:{text}".encode()).decode() for user in users]
        plain = [text, quote(text, safe=""), json.dumps(text)[1:-1], b64encode(text.encode()).decode()]
        self._forms = tuple(sorted({one for one in (*pairs, *plain) if one}, key=len, reverse=True))

    def __repr__(self) -> str:
        return f"Secret({self.name!r})"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")

    def reveal(self) -> str:
        """The token, to be sent."""
        return self._text

    def struck(self, text: str) -> str:
        """The text without the token."""
        for form in self._forms:
            text = text.replace(form, "(secret)")
        return text


def basic(user: Secret, token: Secret) -> Secret:
    """Both as they are sent by HTTP's basic scheme (RFC 7617); each of them is struck out by itself too.

    >>> both = basic(Secret("JIRA_USER", "ana@example.invalid"), Secret("JIRA_TOKEN", "abcdefgh-12"))
    >>> both.struck("Basic YW5hQGV4YW1wbGUuaW52YWxpZDphYmNkZWZnaC0xMg== of ana@example.invalid")
    'Basic (secret) of (secret)'
    """
    both = Secret(token.name, b64encode(f"{user.reveal()}:{token.reveal()}".encode()).decode())
    alone = user._forms if len(user.reveal()) >= SHORTEST else ()
    both._forms = tuple(sorted({*both._forms, *alone, *token._forms}, key=len, reverse=True))
    return both


def secret(said: str, field: str = "token") -> Secret | None:
    """What `${NAME}` stands for; None where nothing is said. Raises SourceError, which never shows it.

    field  of madegood.yml: `token`, or `user`, whose token it is
    """
    if not said.strip():
        return None
    named = NAMED.fullmatch(said.strip())
    if not named:
        mend = f"Make that token void, and name a variable: `{field}: ${{A_NAME}}`"
        raise SourceError(f"`{field}:` holds something else than a variable, and a {field} belongs in no file. {mend}")
    text = os.environ.get(named[1], "").strip()
    if not text:
        raise SourceError(f"the environment has no `{named[1]}`. Set it to a {field} before you build")
    if len(text) < SHORTEST * (field == "token") or not text.isascii() or not text.isprintable() or " " in text:
        most = f"{SHORTEST} or more plain" if field == "token" else "plain"
        what = f"what `{named[1]}` holds is no {field}: {most} characters, without blanks"
        raise SourceError(f"{what}. Copy it whole from where it was made")
    return Secret(named[1], text)
