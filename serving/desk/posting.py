"""Send to an address that somebody else stated: to public hosts alone, to the very address that was looked at."""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode

SECONDS = 10.0
"""Longest wait for an answer in all, from looking the name up to its last packet."""
LONGEST_ADDRESS = 500
_READ_BYTES = 1_024  # of an answer that nobody reads
_NAT64 = ip_network("64:ff9b::/96")
_PORTS = (443,)

Ip = IPv4Address | IPv6Address


class AddressProblem(Code):
    """Why nothing is sent to an address."""

    NOT_AN_ADDRESS = "not_an_address"
    NOT_HTTPS = "not_https"
    NAMES_A_PERSON = "names_a_person"
    OTHER_PORT = "other_port"
    NO_SUCH_HOST = "no_such_host"
    NOT_PUBLIC = "not_public"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where messages may go.

    Parameters
    ----------
    inside
        Whether also over plain HTTP, to any port, and to this computer and networks of one's own: for a service that
        only such networks reach, and for trials.
    """

    inside: bool = False


PUBLIC = Reach()


def checked(address: str, reach: Reach = PUBLIC, *, seconds: float = SECONDS) -> tuple[SplitResult, Ip]:
    """An address in its parts, and where it leads now.

    Parameters
    ----------
    address
        What somebody stated.
    reach
        Where messages may go.
    seconds
        Longest wait for the place of a name.

    Raises
    ------
    EhyaError
        ``address_refused`` with the problem as ``reason``: also where one of several places that a name leads to is not
        public, since the next look may give that one.

    Examples
    --------
    >>> checked("https://10.0.0.1/")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    engine.errors.EhyaError: address_refused: given='https://10.0.0.1/' reason=<AddressProblem.NOT_PUBLIC: ...
    >>> checked("http://127.0.0.1:8000/hook", Reach(inside=True))[1]
    IPv4Address('127.0.0.1')
    """
    parts = _parts(address, reach)
    found = _places(parts, seconds)
    if not found:
        raise _refused(address, AddressProblem.NO_SUCH_HOST)
    if not reach.inside and not all(public(place) for place in found):
        raise _refused(address, AddressProblem.NOT_PUBLIC)
    return parts, found[0]


def public(place: Ip) -> bool:
    """Whether an IP address is one of the open Internet, whatever it is wrapped in.

    Examples
    --------
    >>> [public(ip_address(place)) for place in ("93.184.216.34", "169.254.169.254", "::1", "100.64.0.1", "0.0.0.0")]
    [True, False, False, False, False]
    >>> [public(ip_address(place)) for place in ("::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a9fe:a9fe", "ff02::1")]
    [False, False, False, False]
    >>> public(ip_address("fec0::1"))  # of a site alone, though Python counts it as global
    False
    """
    inner = _unwrapped(place)
    inside = inner.is_multicast or inner.is_reserved or (isinstance(inner, IPv6Address) and inner.is_site_local)
    return inner.is_global and not inside


def post(
    address: str, body: bytes, headers: Mapping[str, str], reach: Reach = PUBLIC, *, seconds: float = SECONDS
) -> int:
    """Send a body, to the place that was looked at and no other; redirects are not followed, answers not read.

    Parameters
    ----------
    address
        Where it goes: what an investor stated, judged anew at each sending.
    reach
        Where messages may go.
    body, headers
        What is sent.
    seconds
        Longest wait in all.

    Returns
    -------
    int
        HTTP status of the answer.

    Raises
    ------
    EhyaError
        ``address_refused``: what `checked` raises, ``not_reached`` where nobody answers in time.
    """
    until = time.monotonic() + seconds
    parts, place = checked(address, reach, seconds=seconds)
    left, over = max(until - time.monotonic(), 0.001), threading.Event()
    connection = _connection(parts, place, left, over)
    late = threading.Timer(left, _end, [connection, over])  # a socket's own limit begins anew with each packet
    late.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
        answer.read(_READ_BYTES)
        if over.is_set():  # what was cut off reads like what ended
            raise TimeoutError
        return answer.status
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        raise _refused(address, AddressProblem.NOT_REACHED) from error
    finally:
        late.cancel()
        connection.close()


def _parts(address: str, reach: Reach) -> SplitResult:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _refused(address, AddressProblem.NOT_AN_ADDRESS) from None
    plain = address.isascii() and address.isprintable() and " " not in address and "\\" not in address
    if not plain or len(address) > LONGEST_ADDRESS or not parts.hostname or parts.fragment:
        raise _refused(address, AddressProblem.NOT_AN_ADDRESS)
    if parts.scheme != "https" and not (reach.inside and parts.scheme == "http"):
        raise _refused(address, AddressProblem.NOT_HTTPS)
    if parts.username is not None or parts.password is not None:
        raise _refused(address, AddressProblem.NAMES_A_PERSON)
    if port not in (None, *_PORTS) and not reach.inside:
        raise _refused(address, AddressProblem.OTHER_PORT)
    return parts


def _places(parts: SplitResult, seconds: float) -> list[Ip]:
    """Where a name leads; nowhere when nobody says so in time: whoever keeps the name may let us wait as well."""
    came: queue.SimpleQueue[list[Ip]] = queue.SimpleQueue()
    looking = threading.Thread(target=lambda: came.put(_looked_up(parts)), daemon=True)
    looking.start()
    try:
        return came.get(timeout=seconds)
    except queue.Empty:
        return []


def _looked_up(parts: SplitResult) -> list[Ip]:
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found]


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _unwrapped(place: Ip) -> Ip:
    """The IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(place, IPv4Address):
        return place
    if place in _NAT64:
        return IPv4Address(int(place) & 0xFFFFFFFF)
    return place.ipv4_mapped or place.sixtofour or (place.teredo or (None, None))[1] or place


def _connection(parts: SplitResult, place: Ip, seconds: float, over: threading.Event) -> http.client.HTTPConnection:
    kind = _Secure if parts.scheme == "https" else _Plain
    return kind(str(parts.hostname), str(place), _port(parts), seconds, over)


class _Plain(http.client.HTTPConnection):
    def __init__(self, host: str, place: str, port: int, seconds: float, over: threading.Event) -> None:
        super().__init__(host, port, timeout=seconds)
        self._place, self._over = place, over

    def connect(self) -> None:
        self.sock = socket.create_connection((self._place, self.port), self.timeout)
        _refuse_late(self._over)


class _Secure(http.client.HTTPSConnection):
    def __init__(self, host: str, place: str, port: int, seconds: float, over: threading.Event) -> None:
        self._trusted = ssl.create_default_context()
        super().__init__(host, port, timeout=seconds, context=self._trusted)
        self._place, self._over = place, over

    def connect(self) -> None:
        plain = socket.create_connection((self._place, self.port), self.timeout)
        # Whoever ends what takes too long must find the socket before the handshake, which may trickle too.
        self.sock = self._trusted.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        _refuse_late(self._over)
        self.sock.do_handshake()


def _refuse_late(over: threading.Event) -> None:
    """Refuse a connection that stands only after its time was over."""
    if over.is_set():
        raise TimeoutError


def _end(connection: http.client.HTTPConnection, over: threading.Event) -> None:
    over.set()
    with suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)  # closing would leave whoever reads at its file waiting


def _refused(address: str, problem: AddressProblem) -> EhyaError:
    return EhyaError(ErrorCode.ADDRESS_REFUSED, given=address, reason=problem)
