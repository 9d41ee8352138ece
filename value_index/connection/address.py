"""Address: where a server's database is, and who asks; its text never holds the password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, unquote

from pydantic import ConfigDict, Field, SecretStr

from value_index.errors import DatabaseError
from value_index.models import FrozenModel

Scheme = Literal["postgresql", "mysql"]
PASSWORD = "TURNSQL_DB_PASSWORD"
"""The environment variable of the password, for an address without one."""
EXAMPLES: dict[Scheme, str] = {"postgresql": "postgresql://ME@HOST/NAME", "mysql": "mysql://ME@HOST/NAME"}
_SCHEMES: dict[str, Scheme] = {
    "postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql",
}  # fmt: skip
_OPTIONS: dict[Scheme, frozenset[str]] = {
    "postgresql": frozenset(
        ("connect_timeout", "host", "schema", "sslcert", "sslkey", "sslmode", "sslrootcert", "target_session_attrs")
    ),
    "mysql": frozenset(("connect_timeout", "ssl_ca", "ssl_cert", "ssl_key", "unix_socket")),
}
_PARTS = re.compile(
    r"(?:(?P<user>[^:@/?#]*)(?::(?P<password>[^@/?#]*))?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\[\]:@/?#]*)(?::(?P<port>\d{1,5}))?"
    r"(?:/(?P<database>[^@/?#]*))?(?:\?(?P<options>[^@?#]*))?"
)
_MISTYPED = re.compile(r"(?:postgres|postgresql|mysql|mariadb|duckdb):", re.IGNORECASE)
_CONNECTION_STRING = re.compile(r"\b(?:password|pwd)\s*=", re.IGNORECASE)


class Address(FrozenModel):
    """The place of a server's database, and who asks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    scheme: Scheme
    host: str = ""
    """Empty for the server of this machine."""
    port: int | None = None
    user: str = ""
    """Empty for the driver's default."""
    password: SecretStr | None = Field(default=None, exclude=True, repr=False)
    """None where nobody gave one: the driver may know it (a password file)."""
    database: str
    options: tuple[tuple[str, str], ...] = ()
    """What follows the question mark, in order."""

    @classmethod
    def parse(cls, text: str, environment: Mapping[str, str]) -> Address:
        """Read an address; of one without a password, the environment is asked.

        Raises:
            DatabaseError: it cannot be read; the line never repeats it, as a password may stand in it.
        """
        name, _, rest = text.partition("://")
        scheme = _SCHEMES[name.lower()]
        found = _PARTS.fullmatch(rest)
        if found is None:
            raise DatabaseError(
                f"the address after {name}:// cannot be read: {EXAMPLES[scheme]}, with @ : / ? # % of a name or password"
                f" written as %40 %3A %2F %3F %23 %25 (or the password in {PASSWORD})"
            )
        options, secret = _options(scheme, found["options"] or "")
        if not found["database"]:
            raise DatabaseError(f"the address names no database: {EXAMPLES[scheme]}")
        password = unquote(found["password"]) if found["password"] else secret or environment.get(PASSWORD, "")
        return cls(
            scheme=scheme,
            host=unquote(found["host"]).strip("[]"),
            port=int(found["port"]) if found["port"] else None,
            user=unquote(found["user"] or ""),
            password=SecretStr(password) if password else None,
            database=unquote(found["database"]),
            options=options,
        )

    @property
    def file_name(self) -> str:
        """The database's name as files are called after it: without what a path would take for something else."""
        return re.sub(r"[^\w.-]", "_", self.database).lstrip(".")[:60] or "database"

    def option(self, name: str) -> str | None:
        """Return what an option was set to; None where it was not."""
        return dict(self.options).get(name)

    def __str__(self) -> str:
        """Write it without the password: an address again, as the password can come from the environment."""
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else quote(self.host, safe="")
        port = f":{self.port}" if self.port else ""
        options = "&".join(f"{name}={quote(value, safe=',')}" for name, value in self.options)
        end = f"?{options}" if options else ""
        return f"{self.scheme}://{user}{host}{port}/{quote(self.database, safe='')}{end}"


def is_server(text: str) -> bool:
    """Whether a text is the address of a server's database.

    >>> is_server("postgresql://me@host/shop"), is_server("shop.sqlite")
    (True, False)
    """
    return text.partition("://")[0].lower() in _SCHEMES and "://" in text


def check_no_secret(text: str) -> None:
    """Refuse what was meant to be an address and is none, before it is taken for a file's name and repeated.

    Raises:
        DatabaseError: it looks like one; the line does not repeat it.
    """
    if _MISTYPED.match(text):
        raise DatabaseError(
            f"'{text.partition(':')[0]}:' is followed by // in an address, as in {EXAMPLES['postgresql']}"
        )
    if _CONNECTION_STRING.search(text):
        raise DatabaseError(f"a connection string is no address: write {EXAMPLES['postgresql']}")


def _options(scheme: Scheme, text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return the options, and the password among them."""
    pairs = [(name, unquote(value)) for name, _, value in (part.partition("=") for part in text.split("&") if part)]
    secret = next((value for name, value in pairs if name == "password"), "")
    kept = tuple((name, value) for name, value in pairs if name != "password")
    if any(name not in _OPTIONS[scheme] for name, _ in kept):
        known = ", ".join(sorted(_OPTIONS[scheme]))
        raise DatabaseError(f"an option of the {scheme}:// address is not known: there are {known}")
    return kept, secret
