"""Where things are."""

from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent
PROJECT = PEERS.parent.parent
RESULTS = PROJECT / "benches" / "results"
TARGET = PROJECT / "target" / "peers"
VENV = TARGET / "venv"


class UserError(Exception):
    """What somebody has to know who typed the command: one line, exit status 2."""
