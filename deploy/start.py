"""Start what ``compose.yaml`` starts where no container runtime is at hand: the same processes, on this machine.

Two services on one workspace, MLflow's server, a Dask scheduler with workers, and a proxy that speaks TLS: Caddy where
it is installed; without it a proxy of this file's own, for trying alone. PostgreSQL is taken as it runs
(``--postgres ADDRESS``); without an address the register is a file of the workspace.

    uv run python deploy/start.py --home workspace --postgres postgresql:///ehya
    uv run python deploy/start.py --home workspace --check      # start, ask each whether it is well, stop

Nobody but this computer reaches any of it unless ``--name`` is given, which asks callers for keys or accounts.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

LOCAL = "127.0.0.1"
SERVICES, WORKERS = 2, 2
READY_SECONDS, STOP_SECONDS = 180.0, 20.0
CERTIFICATE_DAYS = 365
WORKER_SETTINGS = {
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}
"""What ``compose.yaml`` gives to workers, and why; here all parts have it."""


@dataclass(frozen=True)
class Part:
    """A process and how to ask whether it is well.

    Parameters
    ----------
    name
        What it is called in ``compose.yaml``.
    command
        Its command line.
    well
        Says whether it answers; may raise ``OSError`` while it does not.
    """

    name: str
    command: Sequence[str]
    well: Callable[[], bool]


@dataclass(frozen=True)
class Ports:
    """Where each part listens on this computer."""

    services: tuple[int, ...]
    mlflow: int
    scheduler: int
    proxy: int


def main(arguments: list[str] | None = None) -> int:
    """Start all parts and wait; with ``--check`` ask each and stop. Ends with 1 if one of them is not well."""
    options = _options(arguments)
    home = options.home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    ports = Ports(
        tuple(options.port + at for at in range(SERVICES)), *(options.port + SERVICES + at for at in range(3))
    )
    if options.serve_tls:
        return _proxy_here(home, ports)
    if options.postgres and (why := _not_answering(options.postgres)):
        _say(why)
        return 1
    parts = parts_of(ports, home, options.name)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with running(parts, environment(home, ports, options.postgres), home / "logs") as processes:
        found = health(parts, processes)
        for name, well in found.items():
            _say(f"{name:<12}" + ("well" if well else f"not well: see {home / 'logs' / name}.log"))
        if not all(found.values()):
            return 1
        _say(f"https://{options.name or 'localhost'}:{ports.proxy}/")
        with contextlib.suppress(KeyboardInterrupt):
            while not options.check and all(each.poll() is None for each in processes.values()):
                time.sleep(1)
    return 0 if options.check else int(any(each.returncode for each in processes.values()))


def environment(home: Path, ports: Ports, postgres: str) -> dict[str, str]:
    """Variables that all parts share: the workspace, the register, the scheduler, MLflow of the team."""
    shared = {
        "EHYA_HOME": str(home),
        "EHYA_DASK": f"tcp://{LOCAL}:{ports.scheduler}",
        "MLFLOW_TRACKING_URI": f"http://{LOCAL}:{ports.mlflow}",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "OMP_NUM_THREADS": "1",
    }
    return {**os.environ, **shared, **WORKER_SETTINGS, **({"EHYA_DATABASE_URL": postgres} if postgres else {})}


def parts_of(ports: Ports, home: Path, name: str = "") -> list[Part]:
    """The processes of ``compose.yaml``, in the order in which they start."""
    python = [sys.executable, "-m"]
    mlflow = home / "mlflow-server"
    mlflow.mkdir(exist_ok=True)
    named = ["--name", name] if name else []
    scheduler = f"tcp://{LOCAL}:{ports.scheduler}"
    return [
        Part(
            "mlflow",
            [
                *python, "mlflow", "server", "--host", LOCAL, "--port", str(ports.mlflow), "--workers", "1",
                "--backend-store-uri", f"sqlite:///{mlflow / 'mlflow.db'}",
                "--artifacts-destination", (mlflow / "artifacts").as_uri(),
            ],
            lambda: _answers(f"http://{LOCAL}:{ports.mlflow}/health"),
        ),
        Part(
            "scheduler",
            [
                *python, "distributed.cli.dask_scheduler", "--host", LOCAL, "--port", str(ports.scheduler),
                "--no-dashboard",
            ],
            lambda: _listens(ports.scheduler),
        ),
        Part(
            "worker",
            [
                *python, "distributed.cli.dask_worker", scheduler, "--nworkers", str(WORKERS), "--nthreads", "1",
                "--no-dashboard", "--local-directory", str(home / "dask"),
            ],
            lambda: _workers(scheduler) >= WORKERS,
        ),
        *(
            Part(
                f"service-{number}",
                [*python, "serving.cli.app", "serve", "--host", LOCAL, "--port", str(port), *named],
                lambda port=port: _answers(f"http://{LOCAL}:{port}/v1/health"),  # type: ignore[misc]
            )
            for number, port in enumerate(ports.services, start=1)
        ),
        Part(
            "proxy", _proxy_command(ports, home, name),
            lambda: _answers(f"https://{LOCAL}:{ports.proxy}/v1/health", name),
        ),
    ]  # fmt: skip


@contextlib.contextmanager
def running(parts: Sequence[Part], shared: dict[str, str], logs: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """All parts, each in a group of its own with a log; ended when this ends, the last started first."""
    logs.mkdir(parents=True, exist_ok=True)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for part in parts:
            with (logs / f"{part.name}.log").open("ab") as log:
                processes[part.name] = subprocess.Popen(  # noqa: S603 - our own command lines
                    part.command, env=shared, stdout=log, stderr=log, start_new_session=True,
                    cwd=Path(__file__).resolve().parents[1],
                )  # fmt: skip
        yield processes
    finally:
        for process in reversed(processes.values()):
            _stop(process)


def health(
    parts: Sequence[Part], processes: dict[str, subprocess.Popen[bytes]], seconds: float = READY_SECONDS
) -> dict[str, bool]:
    """Whether each part came to answer within some seconds; who ends meanwhile is not well."""
    until, found = time.monotonic() + seconds, {}
    for part in parts:
        found[part.name] = False
        while processes[part.name].poll() is None and time.monotonic() < until and not found[part.name]:
            with contextlib.suppress(OSError):
                found[part.name] = part.well()
            if not found[part.name]:
                time.sleep(0.3)
    return found


def _not_answering(postgres: str) -> str:
    """Why the register cannot be opened, before services ask for minutes; empty where it can: it has tables then."""
    from engine.errors import EhyaError
    from engine.store import Register
    from serving.i18n import speech

    try:
        Register.open(postgres).close()
    except EhyaError as error:
        return speech("en").text(error.code, **error.facts)
    return ""


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _stop(process: subprocess.Popen[bytes]) -> None:
    for asked in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, asked)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)
            break
    with contextlib.suppress(ProcessLookupError):  # who ends when asked may leave workers behind
        os.killpg(process.pid, signal.SIGKILL)


def _answers(url: str, name: str = "") -> bool:
    """Whether something answers an address, be it that it has nothing to show yet."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # our own certificate, on this computer
    try:
        with urlopen(Request(url, headers={"Host": name} if name else {}), timeout=5, context=trusting) as answer:  # noqa: S310
            return bool(answer.status < 500)
    except HTTPError as error:
        error.close()
        return error.code in (404, 503)  # a new workspace has no stock yet
    except URLError as error:
        raise OSError(str(error.reason)) from error


def _listens(port: int) -> bool:
    with socket.create_connection((LOCAL, port), timeout=5):
        return True


def _workers(scheduler: str) -> int:
    from distributed import Client

    with Client(scheduler, timeout=5, set_as_default=False) as client:
        return len(client.scheduler_info(n_workers=-1)["workers"])


# ---- TLS


def _proxy_command(ports: Ports, home: Path, name: str) -> list[str]:
    caddy = shutil.which("caddy")
    if caddy is None:
        return [sys.executable, __file__, "--home", str(home), "--port", str(ports.services[0]), "--serve-tls"]
    ways = " ".join(f"{LOCAL}:{port}" for port in ports.services)
    # Without a name the services ask nobody for a key: then nobody but this computer may reach the proxy.
    bound = "" if name else f"\tbind {LOCAL}\n"
    site = f"https://{name or 'localhost'}:{ports.proxy}"
    file = home / "Caddyfile"
    file.write_text(f"{site} {{\n{bound}\ttls internal\n\treverse_proxy {ways}\n}}\n", "utf-8")
    return [caddy, "run", "--config", str(file), "--adapter", "caddyfile"]


def _proxy_here(home: Path, ports: Ports) -> int:
    """Take TLS off connections and hand them to the services in turn. It listens on this computer alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(home / "certificate"))

    async def serve() -> None:
        turn = 0

        async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal turn
            turn += 1
            try:
                other = await asyncio.open_connection(LOCAL, ports.services[turn % len(ports.services)])
            except OSError:
                writer.close()
                return
            await asyncio.gather(_copy(reader, other[1]), _copy(other[0], writer), return_exceptions=True)

        server = await asyncio.start_server(hand_on, LOCAL, ports.proxy, ssl=context)
        async with server:
            await server.serve_forever()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
    return 0


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while block := await reader.read(65536):
            writer.write(block)
            await writer.drain()
    finally:
        writer.close()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this computer's own and its key, made at the first start and kept for a year."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    places = folder / "certificate.pem", folder / "key.pem"
    if all(place.is_file() for place in places):
        return places
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(LOCAL))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS)).add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    places[1].touch(mode=0o600)
    places[1].write_bytes(secret)
    places[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return places


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=Path("workspace"), help="the workspace")
    parser.add_argument("--postgres", default="", metavar="ADDRESS", help="of a PostgreSQL that runs; else a file")
    parser.add_argument("--name", default="", help="name by which others call the service; they need keys then")
    parser.add_argument("--port", type=int, default=8600, help="first of five ports, one after another")
    parser.add_argument("--check", action="store_true", help="start, ask each part whether it is well, stop")
    parser.add_argument("--serve-tls", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
