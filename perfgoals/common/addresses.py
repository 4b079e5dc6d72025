"""The address that a request comes from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The caller's address, "" where there is none to be told (a socket file, a test).

    Anybody can send an X-Forwarded-For header. Only its last ``TRUSTED_PROXIES`` entries were written
    by the installation's own proxies, and of these the first one names the caller; what stands before
    it may be made up. Without proxies the header counts for nothing.
    """
    nearest = request.META.get("REMOTE_ADDR", "")
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    written = [entry for entry in entries if entry.strip()][-settings.TRUSTED_PROXIES :]
    if settings.TRUSTED_PROXIES and written:
        return _plain(written[0]) or _plain(nearest)
    return _plain(nearest)


def _plain(text: str) -> str:
    """The address alone, in its one usual spelling: without port, brackets and zone; "" for no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
