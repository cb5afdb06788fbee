"""The servers that the benchmark runs, each a process of its own, on free loopback ports."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"
HOST = "127.0.0.1"
START_SECONDS = 90
STOP_SECONDS = 20

# One core serves alone in the pinned parts, so a collector with threads of its own would only disturb it.
JVM_PINNED = ["-XX:+UseSerialGC", "-Xms1g", "-Xmx4g"]
JVM_FREE = ["-Xms1g", "-Xmx4g"]
JVM_SMALL = ["-XX:+UseSerialGC", "-Xms32m", "-Xmx4g", "-XX:MinHeapFreeRatio=10", "-XX:MaxHeapFreeRatio=20"]


class BenchError(Exception):
    """Something that the person who started the benchmark can mend; the text says what."""


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def rss_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tail(path, lines=15):
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


class Workspace:
    """A temporary folder and the processes that run in it; leaving it ends and deletes all of them."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="carillon-bench-"))
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in reversed(list(self.running)):
            server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Process:
    """One server process. Subclasses say which command, with what environment, and when it is ready."""

    name = "?"
    stop_signal = signal.SIGTERM

    def __init__(self, workspace, core=None, **popen):
        self.workspace = workspace
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-", dir=workspace.folder))
        self.log = self.folder / "log.txt"
        command = self.command()
        if core is not None:
            command = ["taskset", "-c", str(core), *command]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # an interrupt at the terminal is for the script, which stops the servers
                **{"cwd": self.folder, **popen},
            )
        workspace.running.append(self)
        self.wait_until_ready()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {"PORT": str(self.port)}

    def is_ready(self):
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"{self.name} did not start:\n{tail(self.log)}")
            time.sleep(0.1)

    def run_on(self, *cores):
        """Moves all its threads. One that starts later runs where the thread runs that started it."""
        for _ in range(2):  # the second time for those that a thread started before it was moved itself
            for thread in Path(f"/proc/{self.pid}/task").iterdir():
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread.name), cores)

    def stop(self):
        if self not in self.workspace.running:
            return
        self.workspace.running.remove(self)
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class ChatServer(Process):
    """A server to be measured."""

    dialects = {}  # transport: file in dialects/
    notices_departures = True  # else it needs a new process before it runs out of open files

    def make_rooms(self, prefix, count, persisted):
        """Makes the rooms PREFIX0 and up, where the server wants that."""

    def stored(self, prefix, count):
        """How many messages its database holds for these rooms."""
        raise NotImplementedError

    def generator_options(self, users):
        return []

    def collect_garbage(self):
        pass


class Ceiling(ChatServer):
    """Plain C: what the machine can do."""

    name = "ceil"
    dialects = {"ws": "rawjson", "sse": "sse"}
    options = []

    def command(self):
        return [str(BUILD / "ceil"), str(self.port), *self.options]


class JoiningCeiling(Ceiling):
    """The same with the frames of one turn in one write."""

    name = "ceil-join"
    options = ["join"]


class SocketIo(ChatServer):
    name = "socketio"
    dialects = {"ws": "socketio"}

    def __init__(self, workspace, core=None, database=None, jvm=None):
        self.database = database
        super().__init__(workspace, core)

    def command(self):
        return ["node", str(HERE / "peers" / "socketio" / "server.js")]

    def environment(self):
        database = {"PG_URL": self.database.url("socketio")} if self.database else {}
        return {**super().environment(), **database}

    def stored(self, prefix, count):
        rooms = ",".join(f"'{prefix}{i}'" for i in range(count))
        return int(self.database.query("socketio", f"SELECT count(*) FROM message WHERE channel_id IN ({rooms})"))


class JavaServer(ChatServer):
    java_home = None  # set once, by the script; None: the java on the path

    def __init__(self, workspace, core=None, database=None, jvm=None):
        self.database = database
        self.jvm = jvm or (JVM_FREE if core is None else JVM_PINNED)
        super().__init__(workspace, core)

    @classmethod
    def tool(cls, name):
        return str(Path(cls.java_home) / "bin" / name) if cls.java_home else name

    def java(self, *arguments):
        return [self.tool("java"), *self.jvm, f"-Djava.io.tmpdir={self.folder}", *arguments]

    def collect_garbage(self):
        subprocess.run([self.tool("jcmd"), str(self.pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)
        time.sleep(1.5)


class JerseySse(JavaServer):
    name = "jersey-sse"
    dialects = {"sse": "sse"}
    notices_departures = False  # only when it writes to them, and then it may break other clients' streams

    def command(self):
        target = HERE / "peers" / "jersey-sse" / "target"
        return self.java("-cp", f"{target}/jersey-sse.jar:{target}/lib/*", "io.carillon.bench.JerseySseServer")


class Carillon(JavaServer):
    """The runnable jar as it is built, with its limits for single users out of the way."""

    name = "carillon"
    dialects = {"ws": "carillon", "sse": "carillon-sse"}
    jar = HERE.parent / "tomcat" / "target" / "carillon.jar"
    secret = "the-benchmark-runs-on-loopback-only-and-then-forgets"

    def command(self):
        return self.java("-jar", str(self.jar))

    def environment(self):
        settings = {
            "CARILLON_HTTP_HOST": HOST,
            "CARILLON_HTTP_PORT": str(self.port),
            "CARILLON_DEMO": "true",
            "CARILLON_TOKEN_SECRET": self.secret,
            "CARILLON_LIMIT_MESSAGES_PER_MINUTE": "0",
            "CARILLON_LIMIT_FRAMES_PER_SECOND": "0",
            "CARILLON_LIMIT_CONNECTIONS": "100000",
            "CARILLON_LIMIT_CONNECTIONS_PER_USER": "100000",
            "CARILLON_LIMIT_CONNECTIONS_PER_ADDRESS": "100000",
        }
        if self.database:
            settings["CARILLON_DATABASE_URL"] = self.database.jdbc_url("carillon")
            settings["CARILLON_DATABASE_USER"] = self.database.user
            settings["CARILLON_DATABASE_PASSWORD"] = self.database.user
        return settings

    def is_ready(self):
        try:
            return self.request("GET", "/health/ready")[0] == 200
        except OSError:
            return False

    def request(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{HOST}:{self.port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def token(self, user, name, role):
        """A JWT that the server takes for its own, valid for a day."""
        now = int(time.time())
        claims = {"sub": user, "name": name, "org": "demo", "role": role, "iat": now, "exp": now + 86400}
        parts = [json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        signature = hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()
        return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()

    def admin_token(self):
        return self.token("bench-admin", "Benchmark", "ADMIN")

    def generator_options(self, users):
        file = self.folder / f"tokens-{users}.txt"
        if not file.exists():
            file.write_text("".join(self.token(f"u{i}", f"User {i}", "MEMBER") + "\n" for i in range(users)))
        return ["--tokens", str(file)]

    def make_rooms(self, prefix, count, persisted):
        token = self.admin_token()
        kind = "CHAT" if persisted else "EPHEMERAL"
        for i in range(count):
            room = {"channelId": f"{prefix}{i}", "kind": kind, "visibility": "PUBLIC"}
            status, answer = self.request("POST", "/api/channels", room, token)
            if status != 201:
                raise BenchError(f"Carillon did not make the channel {room}: {status} {answer[:300]!r}")

    def stored(self, prefix, count):
        """Nothing is edited or deleted here, so the last offset of a channel is the number of its messages."""
        token, total = self.admin_token(), 0
        for i in range(count):
            status, answer = self.request("GET", f"/api/channels/{prefix}{i}/messages?limit=1", token=token)
            if status != 200:
                raise BenchError(f"Carillon did not show the history: {status} {answer[:300]!r}")
            total += sum(message["offset"] for message in json.loads(answer)["messages"])
        return total


class Postgres(Process):
    """A fresh PostgreSQL cluster with default settings (fsync and synchronous_commit are on)."""

    name = "postgres"
    stop_signal = signal.SIGINT  # ends at once, the sessions too
    user = "bench"
    programs_needed = ("initdb", "postgres", "pg_isready", "createdb", "psql")

    def __init__(self, workspace, databases):
        self.workspace = workspace
        self.programs = self.find_programs()
        # The server refuses to run as root, and its user may not enter the workspace.
        root = os.geteuid() == 0
        as_user = {"cwd": "/", "user": "postgres", "group": "postgres", "extra_groups": []} if root else {}
        self.data = Path(tempfile.mkdtemp(prefix="carillon-bench-postgres-"))
        try:
            if root:
                shutil.chown(self.data, "postgres", "postgres")
            self.run(["initdb", "-D", self.data, "-U", self.user, "-A", "trust"], **as_user)
            super().__init__(workspace, **as_user)
            for database in databases:
                self.run(["createdb", *self.address(), database])
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def find_programs():
        """The folder that holds all of PostgreSQL's programs: a path often has the client's alone."""
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parts[-2], reverse=True)
        on_path = shutil.which("postgres")
        candidates = [Path(on_path).resolve().parent] if on_path else []
        candidates = [Path(os.environ["PGBIN"])] if os.environ.get("PGBIN") else candidates + installed
        for folder in candidates:
            if all((folder / program).exists() for program in Postgres.programs_needed):
                return folder
        raise BenchError("no PostgreSQL server is installed (Debian: postgresql), or PGBIN does not name its programs")

    def run(self, command, **options):
        program, *arguments = map(str, command)
        done = subprocess.run([self.programs / program, *arguments], capture_output=True, text=True, **options)
        if done.returncode:
            raise BenchError(f"{program} failed:\n{done.stderr}")
        return done.stdout

    def address(self):
        return ["-h", HOST, "-p", self.port, "-U", self.user]

    def command(self):
        settings = {"listen_addresses": HOST, "unix_socket_directories": "", "port": self.port}
        options = [option for key, value in settings.items() for option in ("-c", f"{key}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    def is_ready(self):
        command = [self.programs / "pg_isready", "-q", *map(str, self.address())]
        return subprocess.run(command, check=False).returncode == 0

    def url(self, database):
        return f"postgres://{self.user}@{HOST}:{self.port}/{database}"

    def jdbc_url(self, database):
        return f"jdbc:postgresql://{HOST}:{self.port}/{database}"

    def query(self, database, sql):
        return self.run(["psql", *self.address(), "-qtA", "-c", sql, database]).strip()

    def version(self):
        return self.run(["postgres", "--version"]).strip()

    def stop(self):
        super().stop()
        shutil.rmtree(self.data, ignore_errors=True)
