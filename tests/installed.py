"""Runs the tests of the function and the command line on an installed wheel: `python tests/installed.py ENVIRONMENT [TEST…]`.

The environment has the wheel. What the tests themselves need, and what is not in there, is lent by the environment that this runs in.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ["tests/test_function.py", "tests/test_process.py", "tests/cli"]


def lend(environment: Path) -> Path:
    """Lend an environment the packages of this one, after its own; return its folder of packages."""
    (packages,) = environment.glob("lib/python*/site-packages")
    # A path in a .pth file lends modules, but not the .pth files beside them: our editable install stays unseen.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return packages


def run(environment: Path, tests: list[str]) -> int:
    """Run tests with the Python of an environment; tests/conftest.py looks that they find its modelservice, not the checkout's."""
    command = [str(environment / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, "MODELSERVICE_INSTALLED": str(environment)}).returncode


if __name__ == "__main__":
    where = Path(sys.argv[1]).absolute()
    lend(where)
    sys.exit(run(where, sys.argv[2:] or TESTS))
