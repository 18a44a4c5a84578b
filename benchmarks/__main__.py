"""Runs every benchmark in this folder, one after another; `make bench`."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Returns 1 when one of them failed."""
    failed = []
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        name = path.stem
        if "\ndef main(" not in path.read_text("utf-8"):
            continue  # cases of another
        sys.stderr.write(f"\n== benchmarks.{name}\n")
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:  # noqa: S603 - our own
            failed.append(name)
    for name in failed:
        sys.stderr.write(f"benchmarks.{name} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
