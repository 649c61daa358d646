"""`make audit`: known holes in what is installed, by pip-audit; an audit that did not take place is never a good one.

Exit codes: 0 nothing is known, 1 there are holes, 3 nothing was audited (or not all of it).
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLEAN, HOLES, NOT_AUDITED = 0, 1, 3

_LOUD = "=" * 72


def audit(requirements: Path, *options: str) -> int:
    """Ask about every pinned requirement, say what is known, and return the exit code."""
    command = ["-m", "pip_audit", "-r", str(requirements), "--disable-pip", "--format", "json"]
    asked = subprocess.run(
        [sys.executable, *command, "--progress-spinner", "off", *options], capture_output=True, text=True
    )
    found = _answer(asked.stdout)
    if not found:
        return _not_audited("pip-audit gave no answer:", _last_lines(asked.stderr))
    holes = [(each["name"], each["version"], hole) for each in found for hole in each.get("vulns", [])]
    for name, version, hole in holes:
        fixed = ", ".join(hole["fix_versions"]) or "nothing yet"
        print(f"{name} {version}: {hole['id']}, fixed in {fixed}")
    if skipped := [f"{each['name']}: {each['skip_reason']}" for each in found if "skip_reason" in each]:
        return _not_audited(f"{len(skipped)} of {len(found)} were left out:", "\n".join(skipped))
    print(f"{len(found)} packages of {requirements.name} were audited: {len(holes)} holes are known")
    return HOLES if holes else CLEAN


def _answer(text: str) -> list[dict]:
    try:
        return json.loads(text)["dependencies"]
    except (ValueError, KeyError):
        return []


def _not_audited(why: str, words: str) -> int:
    print(_LOUD, "NOTHING WAS AUDITED, OR NOT ALL OF IT", why, words, _LOUD, sep="\n", file=sys.stderr)
    return NOT_AUDITED


def _last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-3:])


if __name__ == "__main__":
    sys.exit(audit(ROOT / "requirements.txt", *sys.argv[1:]))
