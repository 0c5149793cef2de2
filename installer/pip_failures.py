"""What a failed pip was really about, read from what it printed."""

from __future__ import annotations

import re

from installer.trouble import Trouble

# The order matters: behind a dead network pip also says "No matching distribution found".
_CAUSES: tuple[tuple[str, str, str], ...] = (
    (
        r"No space left on device|Errno 28|not enough space on the disk",
        "The disk ran full while installing.",
        "Free about 1.5 GB and run the same command again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "The package registry's certificate was refused.",
        "Behind a proxy, set PIP_CERT to its certificate bundle; otherwise check the clock.",
    ),
    (
        r"Temporary failure in name resolution|Name or service not known|getaddrinfo failed"
        r"|nodename nor servname|Failed to establish a new connection|Failed to resolve"
        r"|Network is unreachable|Connection refused|No route to host|ProxyError"
        r"|Cannot connect to proxy|Read timed out|ConnectTimeoutError|ConnectionResetError"
        r"|RemoteDisconnected",
        "The package registry cannot be reached.",
        "Check the network (or `pip config list`, if you use a mirror or a proxy), then run the "
        "same command again: it goes on where it stopped.",
    ),
    (
        r"\b(401|403|407) (Client )?Error|Unauthorized|Forbidden",
        "The package registry refused this machine.",
        "Check the index and the credentials in `pip config list`.",
    ),
    (
        r"Permission denied|Read-only file system|Errno 13|Errno 30",
        "The environment cannot be written to.",
        "Check the owner of .venv, or remove it and run the same command again.",
    ),
)

_MISSING = re.compile(r"No matching distribution found for (\S+)")


def explain(output: str, log: str) -> Trouble:
    """The trouble behind ``output``, what a failed pip printed; ``log`` is the file that has it."""
    for pattern, problem, remedy in _CAUSES:
        if re.search(pattern, output):
            return Trouble(problem, remedy)
    missing = _MISSING.search(output)
    if missing and "(from versions: none)" in output:
        return Trouble(
            f"The package registry offered no version of {missing[1].split('=')[0]} at all.",
            "Check the network and the index (`pip config list`), then run the same command again.",
        )
    if missing:
        return Trouble(
            f"The package registry has no {missing[1]} for this Python and system.",
            "If you use a mirror (`pip config list`), bring it up to date; else try Python 3.12.",
        )
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    said = errors[-1].removeprefix("ERROR:").strip() if errors else "no reason given"
    return Trouble(f"pip failed: {said}.", f"The whole text is in {log}.")
