"""`sotay demo` in a terminal: an address, things to try, and nothing left after Ctrl-C."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

PATIENCE_S = 120


def _read_until(terminal: int, mark: str, got: str = "") -> str:
    """What the terminal shows until it shows `mark`, or ends."""
    until = time.monotonic() + PATIENCE_S
    while mark not in got:
        ready, _, _ = select.select([terminal], [], [], max(0, until - time.monotonic()))
        assert ready, f"no {mark!r} in:\n{got}"
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other side of a pseudo-terminal was closed
            return got
        if not piece:
            return got
        got += piece.decode(errors="replace")
    return got


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_opens_and_leaves_nothing_behind(tmp_path, stop):
    ours, theirs = pty.openpty()
    hidden = ("CI", "DISPLAY", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {
        "TMPDIR": str(tmp_path),
        "SOTAY_DATABASE_URL": "sqlite:////nowhere/real.db",
        "COLUMNS": "200",
    }
    command = [sys.executable, "-m", "bot", "demo"]
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=tmp_path,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        shown = _read_until(ours, "Ctrl-C")
        assert all(f"  {number}. " in shown for number in (1, 2, 3))
        address = re.search(r"http://127\.0\.0\.1:\d+/", shown)
        assert address
        with urllib.request.urlopen(address[0]) as answer:
            assert "Điện thoại giả lập" in answer.read().decode()
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert list(tmp_path.glob("sotay-demo-*"))
        os.killpg(process.pid, stop)  # as a terminal does: everybody in the group gets it
        shown = _read_until(ours, "không để lại gì")
        assert process.wait(PATIENCE_S) == 0
        assert "Traceback" not in shown
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
        assert list(tmp_path.iterdir()) == []
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        os.close(ours)
