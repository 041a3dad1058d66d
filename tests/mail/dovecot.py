"""A Dovecot of one's own: boxes of a user each, that a test fills, on ports of this machine."""

import getpass
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

PASSWORD = 'p@ss "wörd\\'
_PATIENCE = 60
_FORM = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
listen = 127.0.0.1
protocols = imap
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_cache_size = 0
mail_location = maildir:{home}/mail/%u
mail_fsync = never
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {internal_group}
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {home}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u allow_all_users=yes
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure}
    ssl = yes
  }}
}}
"""


def found():
    """The program and its version, or nothing."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        return None
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    # Its settings are written otherwise from 2.4 on.
    return program if told.startswith("2.3.") else None


class Dovecot:
    """A running server; whoever has a box here signs in by the one password."""

    def __init__(self, home, port, secure, ca, owner):
        self.home, self.port, self.secure, self.ca = home, port, secure, ca
        self._owner, self._made = owner, 0

    def new_user(self):
        """A user whose box nobody has used."""
        self._made += 1
        return f"box-{self._made}@in.acme.example"

    def put(self, user, *mails, folder=""):
        """Deliver mails as a mail server does, the oldest first."""
        box = self.home / "mail" / user / folder
        for part in ("tmp", "new", "cur"):
            (box / part).mkdir(parents=True, exist_ok=True)
        for mail in mails:
            self._made += 1
            (box / "new" / f"{1_700_000_000 + self._made}.M{self._made}.test").write_bytes(mail)
        for path in (box, *box.rglob("*"), *([box.parent] if folder else [])):
            os.chown(path, *self._owner)
        os.chown(self.home / "mail" / user, *self._owner)

    def seen(self, user, folder=""):
        """How many mails of a box are marked as seen, of how many."""
        box = self.home / "mail" / user / folder
        names = [path.name for part in ("new", "cur") for path in (box / part).iterdir()]
        return sum("S" in name.partition(":2,")[2] for name in names), len(names)


@contextmanager
def running(program, certificate):
    """Run one until the end of the block; a port that somebody else took meanwhile is given up for another."""
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    home = Path(tempfile.mkdtemp(prefix="lockportal-dovecot-"))
    try:
        home.chmod(0o755)
        (home / "mail").mkdir()
        os.chown(home / "mail", owner.pw_uid, owner.pw_gid)
        server, process = _started(program, home, certificate, owner)
        try:
            yield server
        finally:
            process.terminate()
            process.wait(_PATIENCE)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _started(program, home, certificate, owner):
    for _ in range(10):
        port, secure = _free_ports()
        root = os.geteuid() == 0
        me = getpass.getuser()
        names = {"login": "dovenull", "internal": "dovecot", "internal_group": "dovecot"}
        mine = {"login": me, "internal": me, "internal_group": grp.getgrgid(os.getegid()).gr_name}
        text = _FORM.format(
            home=home,
            cert=certificate,
            key=certificate.parent / "key.pem",
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            port=port,
            secure=secure,
            **(names if root else mine),
        )
        (home / "dovecot.conf").write_text(text)
        (home / "users").write_text("".join(f"box-{n}@in.acme.example:{PASSWORD}\n" for n in range(1, 1000)))
        (home / "users").chmod(0o644)
        with (home / "said").open("wb") as said:
            process = subprocess.Popen([program, "-F", "-c", str(home / "dovecot.conf")], stdout=said, stderr=said)
        if _answers(process, port):
            return Dovecot(home, port, secure, certificate, (owner.pw_uid, owner.pw_gid)), process
        process.kill()
        process.wait(_PATIENCE)
    told = "".join(path.read_text() for path in (home / "said", home / "log") if path.exists())
    message = f"Dovecot did not start: {told}"
    raise RuntimeError(message)


def _free_ports():
    with closing(socket.socket()) as one, closing(socket.socket()) as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _answers(process, port):
    """Say whether it came up: its greeting bears its name, so that nobody else is taken for it."""
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with closing(socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)) as line:
                return b"Dovecot" in line.recv(1000)
        except OSError:
            time.sleep(0.05)
    return False
