"""Makes what a release consists of, in one folder: `python generator/tasks/packages.py dist`.

    modelservice-V.tar.gz              the source distribution: the whole checkout
    modelservice-V-py3-none-any.whl    the wheel, built from that
    modelservice-fn-SYSTEM.pyz         the function in a single file, for repositories that keep a copy of it
    requirements.txt                   the wheel and all that it needs, with digests, for `pip install --require-hashes`
    *.cdx.json                         the bills of materials of the wheel and of the zip
    SHA256SUMS                         of all of these

The zip has the packages of the environment that this runs in, or of each that `--venv DIRECTORY` names: one a version of Python, so that
one file runs on all of them. Parts that are compiled (py-yaml12, google-re2, rpds-py) cannot be loaded from a zip: pex, which makes the
file, lays everything out below ~/.cache/pex at the first start, and from then on it starts as fast as an installed function.

Nothing is fetched. The same checkout and the same packages give the same bytes, wherever and whenever.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

import modelservice
from tasks.sbom import LOCK, bill, direct

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = f"{sys.platform}-{platform.machine()}"
EPOCH = "1577836800"  # 2020: a zip cannot be older than 1980, and a date says nothing that the version does not


def distributions(source: Path, folder: Path) -> Path:
    """Build the source distribution, and from that the wheel, which is returned."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(source)]
    run = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH})
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    return folder / f"modelservice-{modelservice.__version__}-py3-none-any.whl"


def zip_of_the_function(wheel: Path, target: Path, venvs: list[Path]) -> None:
    """Write the zip; what pex has to say where it cannot is said, and ends the script."""
    with tempfile.TemporaryDirectory() as folder, ZipFile(wheel) as opened:
        opened.extractall(folder)
        options = ["--sources-directory", folder, "--entry-point", "modelservice.process:run", "--venv", "prepend", "--sh-boot"]
        sources = [option for venv in venvs for option in ("--venv-repository", str(venv))]
        named = [*direct(function=True), *sources, *options]
        subprocess.run([sys.executable, "-m", "pex", *named, "--output-file", str(target)], check=True, stdout=subprocess.DEVNULL)


def requirements(wheel: Path) -> str:
    """The lock file of what the package needs, with the package itself: a name alone could be anybody's, the digest is this wheel's."""
    head = f"modelservice=={modelservice.__version__} \\\n    --hash=sha256:{digest(wheel)}\n"
    return head + LOCK.read_text(encoding="utf-8")


def digest(file: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def make(source: Path, folder: Path, venvs: list[Path]) -> None:
    """Make everything in ``folder``, from the checkout ``source``."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel = distributions(source, folder)
    zipped = folder / f"modelservice-fn-{SYSTEM}.pyz"
    zip_of_the_function(wheel, zipped, venvs)
    (folder / "requirements.txt").write_text(requirements(wheel), encoding="utf-8")
    for name, function in (("modelservice", False), ("modelservice-fn", True)):
        (folder / f"{name}.cdx.json").write_text(json.dumps(bill(function=function), indent=2) + "\n", encoding="utf-8")
    sums = [f"{digest(file)}  {file.name}\n" for file in sorted(folder.iterdir()) if file.name != "SHA256SUMS"]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def main() -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", type=Path, default=ROOT, help="the checkout; this one, if no other is named")
    parser.add_argument("--venv", type=Path, action="append", help="an environment with what requirements-run.lock names")
    given = parser.parse_args()
    make(given.source.resolve(), given.folder.resolve(), given.venv or [Path(sys.prefix)])


if __name__ == "__main__":
    main()
