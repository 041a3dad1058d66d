"""PostgreSQL and MariaDB of one's own: durable, on a port and in a folder of their own, and there to be killed.

with postgresql_server() as server:
    portal = Portal(Config(database=server.url, …))
    server.kill()
    server.start()
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import sqlalchemy as sa
from attrs import define, field

from lockportal.storage.engines import url_of

_PLACES: Final = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin")
_PATIENCE: Final = 300.0
_PAUSE: Final = 0.02


class ServerMissing(RuntimeError):
    """The server's programs are not installed here, or there is no user but root to run them."""


@define
class DatabaseServer:
    """One server's process and its files, which go at the end of the `with`."""

    url: str
    """The URL of its database, of a user who may do everything."""
    folder: Path
    _command: Sequence[str]
    _user: str | None
    _stops: signal.Signals
    _port: socket.socket
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> str:
        """Answer what the server wrote."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Start it, after a kill also, and wait until it answers; RuntimeError shows its log."""
        engine, end = sa.create_engine(url_of(self.url), poolclass=sa.NullPool), time.monotonic() + _PATIENCE
        while True:
            if self._process is None or self._process.poll() is not None:
                self._process = self._launch()  # again, too, while what a kill left behind is still going
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql("SELECT 1")
            except sa.exc.OperationalError:
                if time.monotonic() > end:
                    raise RuntimeError(self.log[-2000:]) from None
                time.sleep(_PAUSE)
            else:
                return

    def kill(self) -> None:
        """Kill it by SIGKILL: PostgreSQL's postmaster, whose other processes notice and end, or MariaDB's one process."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Shut it down in an orderly way."""
        self._end(self._stops)

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Shut it down and delete its files."""
        self.stop()
        self._port.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the server's own program
                self._command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                user=self._user,
                cwd="/",
                env=_environment(self.folder),
            )

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.send_signal(how)
            process.wait(_PATIENCE)


def postgresql_server(*settings: str) -> DatabaseServer:
    """Make a PostgreSQL with settings such as `synchronous_commit=off`; root runs it as the user `postgres`."""
    initdb, postgres = _postgresql("initdb"), _postgresql("postgres")
    user, folder, held = _user("postgres"), _folder("postgres"), _held_port()
    port = held.getsockname()[1]
    data = str(folder / "data")
    _run([initdb, "-D", data, "-U", "lockportal", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"], user, folder)
    command = [postgres, "-D", data, "-k", str(folder), "-h", "127.0.0.1", "-p", str(port)]
    command += [part for setting in settings for part in ("-c", setting)]
    url = f"postgresql+psycopg://lockportal@127.0.0.1:{port}/postgres"
    return DatabaseServer(url, folder, command, user, signal.SIGINT, held)


def mariadb_server(*options: str) -> DatabaseServer:
    """Make a MariaDB with options such as `--innodb-snapshot-isolation=ON`; root runs it as the user `mysql`."""
    install, mariadbd = _program("mariadb-install-db"), _program("mariadbd")
    user, folder, held = _user("mysql"), _folder("mysql"), _held_port()
    port = held.getsockname()[1]
    data, begin = f"--datadir={folder / 'data'}", folder / "begin.sql"
    _run([install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"], user, folder)
    begin.write_text(
        "CREATE DATABASE IF NOT EXISTS lockportal;\nCREATE USER IF NOT EXISTS lockportal@127.0.0.1;\n"
        "GRANT ALL ON *.* TO lockportal@127.0.0.1 WITH GRANT OPTION;\n"
    )
    begin.chmod(0o644)
    files = [data, f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}", f"--init-file={begin}"]
    net = ["--bind-address=127.0.0.1", f"--port={port}", "--skip-name-resolve"]
    command = [mariadbd, "--no-defaults", *files, *net, "--innodb-buffer-pool-size=64M", *options]
    url = f"mariadb+pymysql://lockportal@127.0.0.1:{port}/lockportal"
    return DatabaseServer(url, folder, command, user, signal.SIGTERM, held)


SERVERS: Final[dict[str, Callable[..., DatabaseServer]]] = {"postgresql": postgresql_server, "mariadb": mariadb_server}
"""Who makes a server, by dialect."""


def _postgresql(name: str) -> str:
    """Find a program where Debian keeps it, the newest version, else on PATH."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return str(kept[-1]) if kept else _program(name)


def _program(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *_PLACES)))
    if found is None:
        message = f"{name} is not installed"
        raise ServerMissing(message)
    return found


def _user(name: str) -> str | None:
    """Answer the user to run a server as: servers refuse root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        message = f"a server does not run as root, and there is no user {name}"
        raise ServerMissing(message) from None


def _folder(user: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lockportal-server-"))
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    return folder


def _held_port() -> socket.socket:
    """Hold a free port, so that nobody else is given it while the server starts or is down; it may listen there all the same."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def _environment(folder: Path) -> dict[str, str]:
    """Have a server's temporary files in its own folder: its user may have no right to those of whoever runs it."""
    return {**os.environ, "TMPDIR": str(folder)}


def _run(command: Sequence[str], user: str | None, folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - the server's own program
        command, capture_output=True, user=user, cwd="/", check=False, stdin=subprocess.DEVNULL, env=_environment(folder)
    )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr).decode("utf-8", "replace")[-2000:])
