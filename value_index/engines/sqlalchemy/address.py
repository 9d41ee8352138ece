"""OtherAddress: the address of a database that SQLAlchemy opens; its text never holds a password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from urllib.parse import quote, unquote

from pydantic import ConfigDict, Field, SecretStr

from value_index.connection.address import PASSWORD
from value_index.errors import DatabaseError
from value_index.models import FrozenModel

_SCHEME = re.compile(r"[a-z]\w{1,30}(?:\+\w{1,30})?", re.IGNORECASE)
_SECRET = re.compile(r"pass|pwd|secret|token|private|credential|api_?key", re.IGNORECASE)
_NOT_ITS_OWN = re.compile(r"(?:sqlite|duckdb|file|https?|s3|jdbc)\b", re.IGNORECASE)


class OtherAddress(FrozenModel):
    """The place of a database, in SQLAlchemy's words."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    scheme: str
    """A dialect, or a dialect and a driver: `oracle+oracledb`."""
    user: str = ""
    password: SecretStr | None = Field(default=None, exclude=True, repr=False)
    place: str
    """What follows the user: a host and a database, or a file."""
    options: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, SecretStr], ...] = Field(default=(), exclude=True, repr=False)
    """Options whose names say that they are secret."""

    @classmethod
    def parse(cls, text: str, environment: Mapping[str, str]) -> OtherAddress:
        """Read an address; of one without a password, the environment is asked.

        Raises:
            DatabaseError: it cannot be read; the line never repeats it, as a password may stand in it.
        """
        scheme, _, rest = text.partition("://")
        rest, _, query = rest.partition("?")
        who, _, place = rest.rpartition("@")
        user, _, password = who.partition(":")
        if "/" in who or "#" in text or "@" in query or not place:
            raise DatabaseError(
                f"the address after {scheme}:// cannot be read: {scheme}://ME@HOST/NAME, with @ : / ? # % of a name or"
                f" password written as %40 %3A %2F %3F %23 %25 (or the password in {PASSWORD})"
            )
        pairs = [
            (name, unquote(value)) for name, _, value in (part.partition("=") for part in query.split("&") if part)
        ]
        found = unquote(password) or environment.get(PASSWORD, "")
        return cls(
            scheme=scheme.lower(),
            user=unquote(user),
            password=SecretStr(found) if found else None,
            place=place,
            options=tuple(pair for pair in pairs if not _SECRET.search(pair[0])),
            secrets=tuple((name, SecretStr(value)) for name, value in pairs if _SECRET.search(name)),
        )

    @property
    def file_name(self) -> str:
        """The database's name as files are called after it."""
        name = PurePath(self.place.rstrip("/").rpartition("/")[2] or self.scheme).stem
        return re.sub(r"[^\w.-]", "_", unquote(name)).lstrip(".")[:60] or "database"

    def with_secrets(self) -> str:
        """Return what SQLAlchemy opens: for that alone."""
        password = f":{quote(self.password.get_secret_value(), safe='')}" if self.password else ""
        return self._written(password, (*self.options, *((n, s.get_secret_value()) for n, s in self.secrets)))

    def secret_texts(self) -> tuple[str, ...]:
        """Return what must be in no message."""
        return tuple(s.get_secret_value() for s in (self.password, *(secret for _, secret in self.secrets)) if s)

    def __str__(self) -> str:
        """Write it without what is secret: an address again, as the password can come from the environment."""
        return self._written("", self.options)

    def _written(self, password: str, options: tuple[tuple[str, str], ...]) -> str:
        user = f"{quote(self.user, safe='')}{password}@" if self.user or password else ""
        query = "&".join(f"{name}={quote(value, safe=',/')}" for name, value in options)
        return f"{self.scheme}://{user}{self.place}{f'?{query}' if query else ''}"


def is_other(text: str) -> bool:
    """Whether a text may be the address of a database that SQLAlchemy opens.

    >>> is_other("oracle+oracledb://me@host/x"), is_other("shop.sqlite"), is_other("sqlite:///shop.sqlite")
    (True, False, False)
    """
    scheme, is_address, _ = text.partition("://")
    return bool(is_address) and _SCHEME.fullmatch(scheme) is not None and not _NOT_ITS_OWN.match(scheme)
