"""Tries mutated configs, overlays, patches, packages and texts on the function and the command line (`make fuzz`).

Each mutant runs in a process of its own, forked from one in which everything is imported already, so that a few hundred are tried in a
second and each is measured alone: what it takes in CPU time, which a busy machine does not lengthen, and in memory. A share of them runs
as the installed command instead. What must never happen is a find: an error that nobody foresaw, an answer that cannot be read, an exit
code that does not fit it, too much time or memory, and objects that kubernetes-validate refuses after exit code 0.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gc
import importlib
import json
import multiprocessing
import os
import pkgutil
import re
import resource
import secrets
import shlex
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, NoReturn

import kubernetes_validate
from kubernetes_validate.utils import SchemaNotFoundError, VersionNotSupportedError

import modelservice
from modelservice import cli, process
from modelservice.krm import ReadError, parse_all
from modelservice.kubernetes.types import group_of, is_built_in
from tasks.mutants import FUNCTION, NEWEST, STDIN, Case, Map, mutant

BIN = Path(sys.executable).parent
SECONDS = 2.0  # of CPU
MEGABYTES = 500
HARD_SECONDS, HARD_BYTES, ASLEEP_SECONDS = 20, 2 << 30, 120  # where a run is stopped
INSTALLED_EACH = 150  # of so many mutants, one runs as the installed command
BATCH = 40
SHRINKING = 120  # tries, and seconds, for one find
OWNER = "modelservice.llm-d.ai/generated-from"
PATH_NOTE = b"config.kubernetes.io/path"
UNFORESEEN = re.compile(
    r"Traceback \(most recent|this is a mistake in modelservice[^\n]*|\.py:\d+: \w+Warning: [^\n]*|there is not enough memory"
)
# What kubernetes-validate answers to what is no kind of Kubernetes, such as one with a slash, since it looks for a file of that name.
NO_KIND = (SchemaNotFoundError, VersionNotSupportedError, OSError, AttributeError, KeyError, TypeError, ValueError)
SWITCHED_OFF = b"kubernetes-fields"  # a mutant that says so may have turned the check off


class Outcome(NamedTuple):
    """How a run ended: exit code, below zero for a signal; what it said; what it took."""

    code: int
    stdout: bytes
    stderr: str
    seconds: float
    megabytes: float


class Fault(NamedTuple):
    """What is wrong with an outcome: of which sort, and how it shows."""

    sort: str
    words: str

    @property
    def likeness(self) -> str:
        """What faults of one cause have in common."""
        if self.sort == "unforeseen":
            return re.sub(r".*: (\w+): .*(\(.*\))", r"\1 \2", self.words)
        return self.sort if self.sort in ("time", "memory") else re.sub(r"\d+|'[^']*'|\"[^\"]*\"", "_", f"{self.sort}: {self.words}")[:150]


@dataclass
class Find:
    """A mutant and what is wrong with how it ended."""

    number: int
    case: Case
    fault: Fault


@dataclass
class Tally:
    """What was tried, how it ended, and what was found, once for each likeness."""

    tried: int = 0
    codes: dict[int, int] = field(default_factory=dict)
    finds: list[Find] = field(default_factory=list)
    slowest: float = 0.0
    largest: float = 0.0

    def add(self, other: Tally) -> None:
        """Add what another batch came to."""
        self.tried += other.tried
        self.slowest, self.largest = max(self.slowest, other.slowest), max(self.largest, other.largest)
        for code, count in other.codes.items():
            self.codes[code] = self.codes.get(code, 0) + count
        known = {find.fault.likeness for find in self.finds}
        self.finds += [find for find in other.finds if find.fault.likeness not in known]


# Running


def run(case: Case, *, installed: bool = False) -> Outcome:
    """Run a case in a folder of its own; ``installed``: as the command, else forked from here."""
    with tempfile.TemporaryDirectory(prefix="modelservice-fuzz-run-") as folder:
        for name, content in {STDIN: b"", **case.files}.items():
            _write(Path(folder) / name, content)
        process = os.fork()
        if process == 0:
            _be(case, folder, installed=installed)
        _, status, usage = os.wait4(process, 0)
        said = [(Path(folder) / name).read_bytes() for name in ("stdout", "stderr")]
        written = b"".join(path.read_bytes() + b"\n---\n" for path in sorted((Path(folder) / "out").glob("**/*.yaml")))
    cost = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    return Outcome(os.waitstatus_to_exitcode(status), said[0] + written, said[1].decode(errors="replace"), *cost)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _be(case: Case, folder: str, *, installed: bool) -> NoReturn:
    """Become the program of a case: with its files, streams and limits."""
    code = 99
    try:
        os.chdir(folder)
        for number, (name, flags) in enumerate(((STDIN, os.O_RDONLY), ("stdout", os.O_RDWR), ("stderr", os.O_RDWR))):
            descriptor = os.open(name, flags | os.O_CREAT)
            os.dup2(descriptor, number)
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_CPU, (HARD_SECONDS, HARD_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (HARD_BYTES, HARD_BYTES))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(ASLEEP_SECONDS)
        if installed:
            os.execv(BIN / case.command[0], case.command)  # noqa: S606
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115
            for number, mode, errors in ((0, "r", "strict"), (1, "w", "strict"), (2, "w", "backslashreplace"))
        )
        sys.argv = [*case.command]
        warnings.resetwarnings()
        _main(case.command[0])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 98
    except BaseException as error:
        os.write(2, f"Traceback (most recent call last): {error!r}".encode())
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _main(program: str) -> None:
    if program == FUNCTION:
        process.run()
    cli.main()


def prepare() -> None:
    """Import all that a run could import, once for all of them."""
    for module in pkgutil.walk_packages(modelservice.__path__, "modelservice."):
        importlib.import_module(module.name)
    for name in ("jsonpatch", "jsonschema", "re2", "ruamel.yaml", "ruamel.yaml.main", "typer.testing"):
        importlib.import_module(name)
    gc.freeze()  # or each run would copy what it only counts
    utils = kubernetes_validate.utils
    if not hasattr(utils.schema_contents, "cache_info"):  # which reads a megabyte for each object
        utils.schema_contents = functools.cache(utils.schema_contents)


# Judging


def fault_of(case: Case, outcome: Outcome) -> Fault | None:
    """What is wrong with how a case ended."""
    return _told(outcome) or _cost(outcome) or (_answer(case, outcome) if case.command[0] == FUNCTION else _streams(case, outcome))


def _told(outcome: Outcome) -> Fault | None:
    if outcome.code < 0 and outcome.code != -signal.SIGXCPU and outcome.seconds < SECONDS:
        return Fault("signal", signal.Signals(-outcome.code).name)
    if unforeseen := UNFORESEEN.search(outcome.stderr) or UNFORESEEN.search(outcome.stdout[-5000:].decode(errors="replace")):
        at = unforeseen.start()
        line = outcome.stderr[at:] if unforeseen.string is outcome.stderr else unforeseen.string[at:]
        end = line.strip().splitlines()
        return Fault("unforeseen", end[-1][-300:] if line.startswith("Traceback") else end[0][:400])
    return None


def _cost(outcome: Outcome) -> Fault | None:
    if outcome.seconds > SECONDS:
        return Fault("time", f"{outcome.seconds:.1f} s")
    if outcome.megabytes > MEGABYTES:
        return Fault("memory", f"{outcome.megabytes:.0f} MB")
    return None


def _answer(case: Case, outcome: Outcome) -> Fault | None:
    """What is wrong with the answer of the function."""
    if outcome.code not in (0, 1):
        return Fault("exit code", str(outcome.code))
    try:
        [answer] = [json.loads(outcome.stdout)] if outcome.stdout.startswith(b"{") else parse_all(outcome.stdout)
        items, results = answer["items"], answer.get("results", [])
        has_error = any(result["severity"] == "error" for result in results)
        if answer["kind"] != "ResourceList" or not isinstance(items, list):
            raise TypeError
    except (ReadError, ValueError, TypeError, LookupError, AttributeError) as error:
        return Fault("answer", f"no ResourceList: {error!r}"[:300])
    if has_error != bool(outcome.code):
        return Fault("exit code", f"{outcome.code} {'with' if has_error else 'without'} an error")
    if has_error and not any(line.startswith("error: ") for line in outcome.stderr.splitlines()):
        return Fault("stderr", "an error is not told")
    if outcome.code:
        return None
    return _refused(case, _patched(case, items) if b"Patches" in case.files[STDIN] else _generated(case, items))


def _generated(case: Case, items: list[Any]) -> Iterator[Any]:
    """Yield what was generated: in a package what says so, else what was not there before."""
    if PATH_NOTE in case.files[STDIN]:
        yield from (item for item in items if _is_generated(item))
        return
    with contextlib.suppress(ReadError, LookupError, TypeError, AttributeError, ValueError):
        before = parse_all(case.files[STDIN])[0].get("items") or []
        yield from (item for item in items if item not in before)


def _patched(case: Case, items: list[Any]) -> Iterator[Any]:
    """Yield what a Patches changed; nothing where something was wrong before, since only what it made wrong is told."""
    with contextlib.suppress(ReadError, LookupError, TypeError, AttributeError, ValueError):
        before = parse_all(case.files[STDIN])[0].get("items") or []
        if not any(isinstance(item, dict) and _problem(json.dumps(item)) for item in before):
            yield from (item for item in items if item not in before)


def _is_generated(item: Any) -> bool:
    try:
        return OWNER in item["metadata"]["annotations"]
    except (LookupError, TypeError):
        return False


def _without_nulls(value: Any) -> Any:
    """Return a value without what Kubernetes takes for absent."""
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return {key: _without_nulls(item) for key, item in value.items() if item is not None} if isinstance(value, dict) else value


def _streams(case: Case, outcome: Outcome) -> Fault | None:
    """What is wrong with the streams of the command line."""
    has_error = re.search(r"(^|: )error: |^Usage: |^Error: ", outcome.stderr, re.MULTILINE | re.IGNORECASE)
    if outcome.code not in (0, 1, 2) or bool(has_error) != bool(outcome.code):
        return Fault("exit code", f"{outcome.code} {'with' if has_error else 'without'} an error")
    if outcome.code or "render" not in case.command:
        return None
    try:
        return _refused(case, _not_given(case, parse_all(outcome.stdout)))
    except ReadError as error:
        return Fault("answer", f"cannot be read: {error}"[:300])


def _not_given(case: Case, objects: list[Any]) -> Iterator[Any]:
    """Yield what did not just come through: other resources in the files that `render` was given."""
    given: list[Any] = []
    for name, content in case.files.items():
        with contextlib.suppress(ReadError):
            given += parse_all(content) if name != STDIN else []
    yield from (obj for obj in objects if obj not in given)


def _refused(case: Case, objects: Iterable[Any]) -> Fault | None:
    """What kubernetes-validate says of objects of built-in kinds."""
    if any(SWITCHED_OFF in content for content in (*case.files.values(), *(word.encode() for word in case.command))):
        return None
    for obj in objects:
        if isinstance(obj, dict) and (problem := _problem(json.dumps(obj))):
            return Fault("refused", problem)
    return None


@functools.lru_cache(50_000)
def _problem(text: str) -> str | None:
    obj: Map = _without_nulls(json.loads(text))
    if len(text) > 200_000 or not is_built_in(group_of(str(obj.get("apiVersion")))):  # it looks at the first word of a group alone
        return None
    try:
        kubernetes_validate.validate(obj, NEWEST, strict=True)
    except kubernetes_validate.ValidationError as error:
        path = ".".join("[]" if isinstance(step, int) else str(step) for step in error.absolute_path)
        return f"{obj.get('kind')} {path}: {error.message}"[:300]
    except NO_KIND:
        return None
    return None


# Trying


def attempt(seed: str, numbers: Iterable[int]) -> Tally:
    """Try the mutants of these numbers."""
    prepare()
    tally = Tally()
    for number in numbers:
        case = mutant(Random(f"{seed}:{number}"))
        outcome = run(case, installed=number % INSTALLED_EACH == 1)
        one = Tally(1, {outcome.code: 1}, slowest=outcome.seconds, largest=outcome.megabytes)
        if fault := fault_of(case, outcome):
            one.finds = [Find(number, case, fault)]
        tally.add(one)
    return tally


def fuzz(seed: str, minutes: float, jobs: int) -> Tally:
    """Try mutants until the time is over."""
    end, number, tally = time.monotonic() + minutes * 60, 0, Tally()
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
        running: set[Future[Tally]] = set()
        while running or time.monotonic() < end:
            while len(running) < jobs + 1 and time.monotonic() < end:
                running.add(pool.submit(attempt, seed, range(number, number + BATCH)))
                number += BATCH
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for batch in done:
                before = len(tally.finds)
                tally.add(batch.result())
                for find in tally.finds[before:]:
                    print(f"mutant {find.number}: {find.fault.sort}: {find.fault.words}", flush=True)
    return tally


def shrink(find: Find) -> Case:
    """Return a smaller case that shows the same."""
    case, budget, end = find.case, SHRINKING, time.monotonic() + SHRINKING
    for name in [*case.files]:
        size = 0
        while size != 1 and budget > 0:
            lines = case.files[name].split(b"\n")
            size = max(1, min(size, len(lines)) // 2 if size else len(lines) // 2)
            for at in range(len(lines) - size, -1, -size):
                smaller = b"\n".join(lines[:at] + lines[at + size :])
                budget -= 1
                if budget < 0 or time.monotonic() > end:
                    break
                candidate = case._replace(files={**case.files, name: smaller})
                fault = fault_of(candidate, run(candidate))
                if fault is not None and fault.likeness == find.fault.likeness:
                    case, lines = candidate, smaller.split(b"\n")
    return case


def report(find: Find, seed: str, folder: Path) -> str:
    """Write the files of a find into a folder of its own; return what to tell of it."""
    case = shrink(find)
    place = folder / str(find.number)
    place.mkdir()
    for name, content in case.files.items():
        _write(place / name, content)
    call = f"cd {place} && {shlex.join(case.command)}{f' <{STDIN}' if STDIN in case.files else ''}"
    text = f"{find.fault.sort}: {find.fault.words}\n  {call}\n  again: FUZZ_SEED={seed}, mutant {find.number} (--only {find.number})\n"
    (place / "find.txt").write_text(text, encoding="utf-8")
    return text


def main() -> int:
    """Try, tell, and end with 1 if anything was found."""
    parser = argparse.ArgumentParser(description="Try mutated inputs on the function and the command line.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", default="", help="for the same mutants again; else a random one, which is printed")
    parser.add_argument("--only", type=int, help="the number of the only mutant to try")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    seed = arguments.seed or secrets.token_hex(4)
    print(f"fuzzing with FUZZ_SEED={seed}", flush=True)
    prepare()
    only = arguments.only
    tally = attempt(seed, [only]) if only is not None else fuzz(seed, arguments.minutes, arguments.jobs)
    folder = Path(tempfile.mkdtemp(prefix="modelservice-fuzz-"))
    for find in tally.finds:
        print(f"\n{report(find, seed, folder)}", flush=True)
    codes = ", ".join(f"{count} ended with {code}" for code, count in sorted(tally.codes.items()))
    print(f"{tally.tried} mutants: {codes}; at most {tally.slowest:.2f} s of CPU and {tally.largest:.0f} MB; finds: {len(tally.finds)}")
    if tally.finds:
        print(f"their files are in {folder}")
    else:
        shutil.rmtree(folder)
    return 1 if tally.finds else 0


if __name__ == "__main__":
    sys.exit(main())
