"""API10:2023 Unsafe Consumption of APIs: what others send back, and what stands in their files, is only data."""

import io
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import openpyxl
import pytest

from engine.errors import EhyaError
from serving.api.background import reader
from serving.desk import posting
from serving.desk.posting import Reach, post

INSIDE = Reach(inside=True)


@contextmanager
def answering(*parts, pause=0.0, secure=None):
    """A receiver that sends such bytes, with pauses between them, until the other side has enough."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            caller, _ = listening.accept()
            with caller if secure is None else secure.wrap_socket(caller, server_side=True) as caller:
                caller.recv(65_536)
                try:
                    for part in parts:
                        caller.sendall(part)
                        time.sleep(pause)
                    caller.shutdown(socket.SHUT_WR)
                    while caller.recv(65_536):  # closed with something unread, the answer itself would be taken back
                        pass
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"{'https' if secure else 'http'}://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join(5)


def test_an_answer_without_end_is_not_read_to_its_end():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"
    with answering(head, *[b"x" * 65_536] * 50) as address:
        assert post(address, b"{}", {}, INSIDE, seconds=5) == 200


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 ", *[b"2"] * 100),
        (b"HTTP/1.1 200 OK\r\n", *[b"x-a: b\r\n"] * 100),
    ],
)
def test_an_answer_that_trickles_is_ended_in_time(parts):
    began = time.monotonic()
    with answering(*parts, pause=0.05) as address:
        with pytest.raises(EhyaError):
            post(address, b"{}", {}, INSIDE, seconds=0.5)
        assert time.monotonic() - began < 3  # all of it would take five


@pytest.fixture
def certified(tmp_path, monkeypatch):
    """TLS of a receiver on this computer, by a certificate that is trusted while the test runs."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    file, coding = tmp_path / "receiver.pem", serialization.Encoding.PEM
    plain = (coding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*plain) + made.sign(key, hashes.SHA256()).public_bytes(coding))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(file)
    return secure


def test_an_answer_over_tls_that_trickles_is_ended_in_time_too(certified):
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", secure=certified) as address:
        assert post(address, b"{}", {}, INSIDE, seconds=5) == 200
    began = time.monotonic()
    with answering(*[b"x"] * 100, pause=0.05, secure=certified) as address:
        with pytest.raises(EhyaError):
            post(address, b"{}", {}, INSIDE, seconds=0.5)
        assert time.monotonic() - began < 3


def test_a_greeting_of_tls_that_trickles_is_ended_in_time():
    began = time.monotonic()
    with answering(b"\x16\x03\x03\x40\x00", *[b"\x02"] * 100, pause=0.05) as address:
        with pytest.raises(EhyaError):
            post(address.replace("http:", "https:"), b"{}", {}, INSIDE, seconds=0.5)
        assert time.monotonic() - began < 3


def test_a_name_that_nobody_looks_up_in_time_leads_nowhere(monkeypatch):
    monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *_, **__: time.sleep(1) or [])
    began = time.monotonic()
    with pytest.raises(EhyaError) as refused:
        post("https://slow.example/", b"{}", {}, seconds=0.2)
    assert refused.value.facts["reason"].value == "no_such_host"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("answer", [b"", b"not http at all\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n", b"\xff" * 1_000])
def test_an_answer_that_is_none_counts_as_none(answer):
    with answering(answer) as address, pytest.raises(EhyaError) as refused:
        post(address, b"{}", {}, INSIDE, seconds=2)
    assert refused.value.facts["reason"].value == "not_reached"


def test_markup_and_formulas_of_a_register_stay_text_on_pages_and_in_workbooks(own_copy, first_day, ask):
    from tests.serving.api.parties import at_work

    found = at_work(own_copy, first_day)
    app, key = found.app(), found.keys["planner"]
    evil = "Unit name,County,ISIC,Status,Jobs before stop\n" + (
        '"=HYPERLINK(""http://evil.example"")",Khoy,1030,idle,12\n"<script>alert(1)</script>",Khoy,1030,idle,12\n'
    )
    sent = ask(
        app,
        "/v1/imports?name=evil.csv&as_of=2026-01-01",
        key,
        method="POST",
        content=evil.encode(),
        headers={"content-type": "text/csv"},
    )
    assert sent.status_code == 202
    reader(found.settings)()
    book = openpyxl.load_workbook(io.BytesIO(ask(app, "/v1/office/reports/ranking.xlsx?top=100", key).content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if "evil.example" in str(cell.value)]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    assert "<script>alert" not in ask(app, "/", key).text
