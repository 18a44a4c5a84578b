"""A throw-away PostgreSQL for tests and benchmarks: Debian's binaries, a socket in a folder, no durability.

`SOTAY_TEST_POSTGRES_URL` names another server to use instead (a superuser's URL of any of its databases).
"""

import itertools
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from sqlalchemy import URL, create_engine, make_url

from bot.store.engine import make_engine
from bot.store.migrate import migrate

GIVEN = "SOTAY_TEST_POSTGRES_URL"
_TEMPLATE = "sotay_template"
_QUICK = {"fsync": "off", "full_page_writes": "off", "listen_addresses": "''", "max_connections": "200"}
# Like a server that people rely on: a benchmark's commit waits for the disk as SQLite's does.
_DURABLE = {"listen_addresses": "''", "max_connections": "200"}


def why_not() -> str:
    """Why no server can be had here; empty when one can."""
    if os.environ.get(GIVEN) or (binaries() and (os.geteuid() or shutil.which("runuser"))):
        return ""
    return f"no PostgreSQL: as root, apt-get install postgresql; or set {GIVEN}"


def binaries() -> Path | None:
    """The folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Postgres:
    """One server and its databases, each a copy of a template with the newest schema."""

    def __init__(self, url: URL, folder: Path | None, settings: dict[str, str]) -> None:
        self._url = url
        self._folder = folder
        self._settings = settings
        self._numbers = itertools.count(1)
        self._run = secrets.token_hex(4)  # a given server may have other runs' databases
        self._template = f"{_TEMPLATE}_{self._run}"
        self._made: list[str] = []
        self._watcher: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, *, durable: bool = False) -> Self:
        """Starts a server (about a second), or takes the given one."""
        if given := os.environ.get(GIVEN):
            found = cls(make_url(given).set(drivername="postgresql+psycopg"), None, {})
        else:
            folder = Path(tempfile.mkdtemp(prefix="sotay-pg-"))
            folder.chmod(0o755)
            data = folder / "data"
            data.mkdir(mode=0o700)
            if os.geteuid() == 0:
                shutil.chown(folder, "postgres")
                shutil.chown(data, "postgres")
            url = URL.create(
                "postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)}
            )
            found = cls(url, folder, _DURABLE if durable else _QUICK)
            _program("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
            found._watch()
            found.up()
        found._say(f"CREATE DATABASE {found._template}")
        made = make_engine(found._name(found._template))
        migrate(made)
        made.dispose()
        found._made.append(found._template)
        return found

    @property
    def ours(self) -> bool:
        """Whether it may be stopped and started again."""
        return self._folder is not None

    def up(self) -> None:
        """Starts the server (again)."""
        assert self._folder is not None, "a given server is not ours to start"
        options = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        log = self._folder / "data" / "server.log"
        # A folder of one's own for the socket: no port can clash with anybody's.
        _program(
            "pg_ctl",
            "-D",
            self._folder / "data",
            "-w",
            "-l",
            log,
            "-o",
            f"-k {self._folder} {options}",
            "start",
        )

    def down(self, how: str = "immediate") -> None:
        """Stops the server: "immediate" is a crash, "fast" an ordinary restart's end."""
        assert self._folder is not None, "a given server is not ours to stop"
        _program("pg_ctl", "-D", self._folder / "data", "-w", "-m", how, "stop")

    def database(self) -> str:
        """A new database with all tables, empty. Returns its SQLAlchemy URL."""
        return self._create(f"TEMPLATE {self._template}")

    def empty(self) -> str:
        """A new database without tables."""
        return self._create("")

    def _create(self, how: str) -> str:
        name = f"sotay_{self._run}_{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name} {how}")
        self._made.append(name)
        return self._name(name)

    def drop(self, url: str) -> None:
        """Drops a database, whoever is connected to it."""
        name = make_url(url).database
        assert name in self._made
        self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._made.remove(name)

    def close(self) -> None:
        """Ends the server with all that is in it; on a given one drops what was made."""
        if self._folder is None:
            for name in list(self._made):
                self.drop(self._name(name))
            return
        assert self._watcher is not None
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        self._watcher.wait(30)

    def _watch(self) -> None:
        """Has the server and its folder go when this process ends, however it ends."""
        folder = binaries()
        assert folder is not None
        assert self._folder is not None
        ending = f"read _; {folder}/pg_ctl -D {self._folder}/data -m immediate stop; rm -rf {self._folder}"
        self._watcher = subprocess.Popen(  # noqa: S603 - our own words
            [*_as_whom(), "sh", "-c", ending],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def _say(self, statement: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.exec_driver_sql(statement)
        engine.dispose()

    def _name(self, database: str) -> str:
        return self._url.set(database=database).render_as_string(hide_password=False)


def _as_whom() -> list[str]:
    """The server refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _program(name: str, *arguments: object) -> None:
    folder = binaries()
    assert folder is not None, why_not()
    done = subprocess.run(  # noqa: S603 - Debian's own programs
        [*_as_whom(), str(folder / name), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr}")
