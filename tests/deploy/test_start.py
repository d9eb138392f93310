"""What an office of many runs: the compose file and the script start the same processes, and nothing is left open."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine, make_url, text

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("EHYA_TEST_POSTGRES", "")
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
_spec = importlib.util.spec_from_file_location("deploy_start", ROOT / "deploy/start.py")
start = importlib.util.module_from_spec(_spec)
sys.modules["deploy_start"] = start
_spec.loader.exec_module(start)


def parts(tmp_path, name=""):
    return {part.name: part for part in start.parts_of(start.Ports((1, 2), 3, 4, 5), tmp_path, name)}


def test_the_script_starts_what_the_compose_file_starts(tmp_path):
    apart = {"database": "taken as it runs", "tools": "a command, no server"}
    assert set(parts(tmp_path)) == set(COMPOSE["services"]) - set(apart)
    assert COMPOSE["services"]["worker"]["deploy"]["replicas"] == start.WORKERS


def test_workers_get_the_same_settings_of_both(tmp_path):
    worker, others = (COMPOSE["services"][name]["environment"] for name in ("worker", "scheduler"))
    assert {name: value for name, value in worker.items() if name not in others} == start.WORKER_SETTINGS
    assert start.WORKER_SETTINGS.items() <= start.environment(tmp_path, start.Ports((1, 2), 3, 4, 5), "").items()


def test_only_the_proxy_is_reached_from_outside():
    published = {name for name, service in COMPOSE["services"].items() if "ports" in service}
    assert published == {"proxy"}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("database", "mlflow", "scheduler", "worker"):
        assert COMPOSE["services"][name]["networks"] == ["inside"], name


def test_services_are_called_by_name_so_that_callers_need_keys():
    for name in ("service-1", "service-2"):
        assert "--name ${EHYA_NAME:?" in COMPOSE["services"][name]["command"]


def test_the_proxy_that_services_believe_is_the_one_there_is():
    services, proxy = COMPOSE["services"], COMPOSE["services"]["proxy"]["networks"]["inside"]["ipv4_address"]
    assert services["service-1"]["environment"]["FORWARDED_ALLOW_IPS"] == proxy


def test_images_are_built_of_what_stands_in_the_repository():
    lines = (ROOT / "deploy/Dockerfile").read_text("utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    assert copied
    assert all((ROOT / name).exists() for name in copied)
    assert "deploy/.env" in (ROOT / ".dockerignore").read_text("utf-8")


def test_a_secret_is_made_at_the_first_start_and_kept_at_the_second(tmp_path):
    script = tmp_path / "first.sh"
    script.write_bytes((ROOT / "deploy/first.sh").read_bytes())
    for _ in range(2):
        subprocess.run(["sh", script, "ehya.example.org"], check=True, capture_output=True)
    made = (tmp_path / ".env").read_text("utf-8")
    assert re.search(r"^EHYA_NAME=ehya.example.org$", made, re.MULTILINE)
    assert re.search(r"^EHYA_DB_PASSWORD=[0-9a-f]{48}$", made, re.MULTILINE)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    assert set(re.findall(r"\$\{(\w+):\?", (ROOT / "deploy/compose.yaml").read_text("utf-8"))) <= set(
        re.findall(r"^(\w+)=", made, re.MULTILINE)
    )


def test_a_key_of_the_proxy_is_made_once_and_read_by_its_owner_alone(tmp_path):
    places = start.certificate(tmp_path / "certificate")
    before = [place.read_bytes() for place in places]
    assert [place.read_bytes() for place in start.certificate(tmp_path / "certificate")] == before
    assert places[1].stat().st_mode & 0o077 == 0


def test_without_a_name_caddy_listens_to_this_computer_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(start.shutil, "which", lambda name: "/usr/bin/caddy")
    parts(tmp_path)
    assert "\tbind 127.0.0.1\n" in (tmp_path / "Caddyfile").read_text("utf-8")
    parts(tmp_path, "ehya.example.org")
    assert "bind" not in (tmp_path / "Caddyfile").read_text("utf-8")


@pytest.fixture
def postgres():
    """A schema of its own where there is a PostgreSQL; else nothing, and the register is a file."""
    if not POSTGRES:
        yield ""
        return
    schema, engine = f"ehya_start_{os.getpid()}", create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    place = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    yield place.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


def test_a_database_that_does_not_answer_is_named_at_once_and_nothing_is_started(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"postgresql://127.0.0.1:{free.getsockname()[1]}/ehya"
        done = subprocess.run(
            [sys.executable, ROOT / "deploy/start.py", "--home", tmp_path, "--postgres", dead, "--check"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "database" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "logs").exists()


def five_ports():
    """First of five ports in a row that nobody has."""
    for first in range(21000 + os.getpid() % 1000 * 20, 60000, 5):
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", first))
                two.bind(("127.0.0.1", first + 4))
            except OSError:
                continue
            return first
    pytest.skip("no five ports in a row are free")


@pytest.mark.slow
def test_all_processes_start_answer_and_stop(tmp_path, postgres):
    """Two services on one register, MLflow, a scheduler with two workers, TLS: each is asked, and none is left."""
    first = five_ports()
    done = subprocess.run(
        [sys.executable, ROOT / "deploy/start.py", "--home", tmp_path, "--port", str(first), "--check"]
        + (["--postgres", postgres] if postgres else []),
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    names = ("mlflow", "scheduler", "worker", "service-1", "service-2", "proxy")
    assert [line.split() for line in done.stdout.splitlines()[:6]] == [[name, "well"] for name in names]
    assert (tmp_path / "ehya.db").exists() is not bool(postgres)
    for port in range(first, first + 5):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, f"port {port} is still listened on"
