"""What a release consists of: the same bytes wherever and whenever it is made, and nothing of the checkout missing in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import modelservice

ROOT = Path(__file__).resolve().parents[2]
HEAD = f"modelservice-{modelservice.__version__}"


def files() -> list[str]:
    """Return the files of the checkout, those that are new among them, as git lists them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, encoding="utf-8")
    if run.returncode:
        pytest.skip("this is no checkout of git")
    return [name for name in run.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_two_builds_are_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    """A copy of the checkout in another folder, with other dates, modes and settings, makes the same files."""
    copy = tmp_path / "elsewhere" / "copied checkout"
    for index, name in enumerate(reversed(files())):
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
        target.chmod(0o700 if os.access(target, os.X_OK) else 0o600)
        os.utime(target, (10**9 + index, 10**9 + index))
    again = tmp_path / "dist"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "999999999", "TZ": "Asia/Seoul", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    script = str(copy / "generator/tasks/packages.py")
    command = ["sh", "-c", 'umask 077; exec "$0" "$@"', sys.executable, script, str(again), "--source", str(copy)]
    run = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr
    assert (again / "SHA256SUMS").read_text(encoding="utf-8") == (dist / "SHA256SUMS").read_text(encoding="utf-8")


def test_the_digests_are_those_of_all_files(dist: Path) -> None:
    """SHA256SUMS names every other file, as sha256sum reads it."""
    lines = (dist / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert {name: digest for digest, name in (line.split("  ") for line in lines)} == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in dist.iterdir() if file.name != "SHA256SUMS"
    }
    assert len(lines) == 6


def test_the_source_distribution_has_the_whole_checkout(dist: Path) -> None:
    """What is released can be built, tested and read: every file of the checkout is in it, and what the build adds."""
    with tarfile.open(dist / f"{HEAD}.tar.gz") as opened:
        carried = {name.removeprefix(f"{HEAD}/") for name in opened.getnames()}
    assert carried == {*files(), "PKG-INFO"}
    assert {"LICENSE", "Makefile", ".github/workflows/release.yml", "requirements-run.lock", "tests/conftest.py"} <= carried


def test_the_requirements_name_the_wheel_by_its_digest(dist: Path) -> None:
    """requirements.txt is the lock of what runs, with this wheel in front: what is only called modelservice is not installed."""
    text = (dist / "requirements.txt").read_text(encoding="utf-8")
    digest = hashlib.sha256((dist / f"{HEAD}-py3-none-any.whl").read_bytes()).hexdigest()
    assert text == (
        f"modelservice=={modelservice.__version__} \\\n    --hash=sha256:{digest}\n"
        + (ROOT / "requirements-run.lock").read_text(encoding="utf-8")
    )
