"""Small rules that no linter knows; run by `make lint`."""

import sys
from pathlib import Path

from bot.settings import example

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES = 500


def main() -> int:
    """Prints what is broken; returns 1 when something is."""
    broken = []
    for path in sorted((ROOT / "bot").rglob("*.py")):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > MAX_LINES and "migrations/versions" not in path.as_posix():
            broken.append(f"{path.relative_to(ROOT)}: {lines} lines, at most {MAX_LINES}")
    if (ROOT / ".env.example").read_text(encoding="utf-8") != example():
        broken.append(".env.example is not what `sotay settings` prints; write it anew")
    for line in broken:
        sys.stdout.write(line + "\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
