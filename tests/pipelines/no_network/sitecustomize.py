"""Loaded by every Python process of a test through PYTHONPATH: refuses and records connections that leave the machine.

Names are looked up and addresses connected for this machine alone. Attempts are appended to the file NETWORK_LOG.
"""

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def is_local(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse(action: str, target: object) -> None:
    with Path(os.environ["NETWORK_LOG"]).open("a", encoding="utf-8") as log:
        log.write(f"{action} {target!r} by {' '.join(sys.argv)[:200]}\n")
    raise OSError(f"the test allows no connection: {action} {target!r}")


def guard_lookup(name: str) -> None:
    real = getattr(socket, name)

    def guarded(host: Any, *arguments: Any, **options: Any) -> Any:
        if not is_local(host):
            refuse(name, host)
        return real(host, *arguments, **options)

    setattr(socket, name, guarded)


def guard_method(name: str) -> None:
    real: Callable[..., Any] = getattr(socket.socket, name)

    def guarded(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address[0]):
            refuse(name, address)
        return real(self, *arguments)

    setattr(socket.socket, name, guarded)


if "NETWORK_LOG" in os.environ:
    for function in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        guard_lookup(function)
    for method in ("connect", "connect_ex", "sendto"):
        guard_method(method)
