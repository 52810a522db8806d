"""Measures what a user waits for: our start-up, a whole build, many services at once, packages, the command line (`make bench`).

All times are medians of one run in which the commands that are compared take turns, so that a busy machine slows both.
The function is given what the real kustomize sends it for the example. Limits are reported, never enforced: whether
a figure beyond one is a fault or a slow machine is for the reader to say.

`--record` adds the run to bench_history.jsonl beside this file, one line for each landing; `--check` (`make bench-check`) compares with the
last line. What is compared are ratios, of a time to that of bare Python in the same run, so that a slower machine is no fault.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import yaml12

from modelservice import __version__
from modelservice.checks import check
from modelservice.compose import compose
from modelservice.config import ModelService
from modelservice.krm import parse_all
from modelservice.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
SERVICE = Path(__file__).with_name("bench.yaml")
SHORT = ROOT / "examples" / "vllm-pd" / "modelservice.yaml"  # the same objects, with engine
FUNCTION = Path(sys.executable).parent / "modelservice-fn"
COMMAND = FUNCTION.with_name("modelservice")
NUMBERED = "numbered-service"
PAGE = 50  # services of a page
MOST = 10_000  # services at once
PACKAGES = (500, 2000)  # services in one
RESOURCE_LIST = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n"
LINES = 500  # of values that are converted
PLAIN = {  # nothing in it is said in Kubernetes' own words, so that none of it need be looked at
    "apiVersion": "modelservice.llm-d.ai/v1alpha1",
    "kind": "ModelService",
    "metadata": {"name": "plain"},
    "spec": {
        "profile": "llm-d",
        "presets": ["probes"],
        "modelArtifacts": {"name": "org/model", "size": "20Gi"},
        "prefill": {"create": False},
        "decode": {"containers": [{"name": "vllm", "image": "vllm:v0.18.0", "modelCommand": "vllmServe", "mountModelVolume": True}]},
    },
}
KILOBYTES_PER_MEGABYTE = 1024
HISTORY = Path(__file__).with_name("bench_history.jsonl")
BARE = "python -c pass"
SLOWER = 1.15  # a ratio that has grown by more than what runs on one machine differ by


@dataclass(frozen=True)
class Figure:
    """One line of the report; where it has a limit, the value is to be at most that."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def verdict(self) -> str:
        """What the limit makes of the value: ok, over, or nothing where there is none."""
        if self.limit is None:
            return ""
        return "ok" if self.value <= self.limit else "over"


@dataclass(frozen=True)
class Cost:
    """What one run of a command took."""

    milliseconds: float
    megabytes: float  # at its peak; Linux counts from the fork on, so never less than our own few


@dataclass(frozen=True)
class Command:
    """A command to be run again and again, with a file as its standard input."""

    line: Sequence[str | Path]
    stdin: Path = Path(os.devnull)
    environment: Mapping[str, str] | None = None

    def run(self) -> Cost:
        """Run it once and drop its output; a failure ends the program with what the command said."""
        with self.stdin.open("rb") as stdin, tempfile.TemporaryFile() as stderr:
            begin = time.perf_counter()
            process = subprocess.Popen(self.line, stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr, env=self.environment)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                stderr.seek(0)
                sys.exit(f"{self.line[0]} exited with {process.returncode}:\n{stderr.read().decode(errors='replace')}")
        return Cost(seconds * 1000, usage.ru_maxrss / KILOBYTES_PER_MEGABYTE)


def medians(rounds: int, *commands: Command) -> list[Cost]:
    """Run the commands in turns, the first of which only warms the caches; the median cost of each."""
    turns = [[command.run() for command in commands] for _ in range(rounds + 1)][1:]
    return [
        Cost(median(cost.milliseconds for cost in costs), median(cost.megabytes for cost in costs)) for costs in zip(*turns, strict=True)
    ]


class Bench:
    """The measurements, and the folder that holds what they need."""

    def __init__(self, kustomize: Path, rounds: int, folder: Path) -> None:
        self.kustomize, self.rounds, self.folder = kustomize, rounds, folder
        self.example = folder / "example"
        self.example.mkdir()
        (self.example / "service.yaml").write_bytes(SERVICE.read_bytes())
        (self.example / "kustomization.yaml").write_text("namespace: llm\ngenerators: [service.yaml]\n", encoding="utf-8")
        self.request, self.answer = folder / "request", folder / "answer"
        record = f'cat >"{self.request}" && "{FUNCTION}" <"{self.request}" >"{self.answer}" && cat "{self.answer}"'
        self._build_with(record).run()

    def start(self) -> list[Figure]:
        """Compare our start-up, with one service, with the interpreter's own: the example, and a service that says little."""
        plain = self.folder / "plain"
        request = {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [PLAIN], "functionConfig": PLAIN}
        plain.write_text(json.dumps(request), encoding="utf-8")
        bare = Command([sys.executable, "-c", "pass"])
        short = self.folder / "short"
        (document,) = parse_all(SHORT.read_bytes())
        short.write_text(json.dumps({**request, "items": [document], "functionConfig": document}), encoding="utf-8")
        requests = [Command([FUNCTION], path) for path in (self.request, plain, short)]
        python, ours, little, engine = medians(self.rounds, bare, *requests)
        return [
            Figure(BARE, python.milliseconds, "ms"),
            Figure("modelservice-fn", ours.milliseconds, "ms"),
            Figure("modelservice-fn : python -c pass", ours.milliseconds / python.milliseconds, "x"),
            Figure("modelservice-fn, the same with engine", engine.milliseconds, "ms"),
            Figure("modelservice-fn, a plain service", little.milliseconds, "ms"),
            Figure("a plain service : python -c pass", little.milliseconds / python.milliseconds, "x", 2.8),
        ]

    def build(self) -> list[Figure]:
        """Compare a whole build with one whose function only echoes our stored answer."""
        commands = [self._build_with(f"exec {script}") for script in (f'cat "{self.answer}"', f'"{FUNCTION}"')]
        echo, ours = medians(self.rounds, *commands)
        return [
            Figure("kustomize build, stored answer", echo.milliseconds, "ms"),
            Figure("kustomize build, modelservice-fn", ours.milliseconds, "ms"),
            Figure("modelservice-fn : stored answer", ours.milliseconds / echo.milliseconds, "x", 1.9),
        ]

    def helm(self, helm: str, chart: str, values: str) -> list[Figure]:
        """Compare our start-up with `helm template` of a chart, with the values of a release; nothing where none are given."""
        if not chart:
            return []
        given = ["--values", values] if values else []
        theirs, ours = medians(self.rounds, Command([helm, "template", "release", chart, *given]), Command([FUNCTION], self.request))
        return [
            Figure("helm template", theirs.milliseconds, "ms"),
            Figure("modelservice-fn : helm template", ours.milliseconds / theirs.milliseconds, "x", 0.5),
        ]

    def commands(self) -> list[Figure]:
        """Tell what a user waits for at a terminal: for the command to start, and for where each value of an object comes from."""
        whole: list[str | Path] = [COMMAND, "explain", SHORT, "decode"]
        calls: dict[str, list[str | Path]] = {
            "modelservice --version": [COMMAND, "--version"],
            "modelservice explain --help": [COMMAND, "explain", "--help"],
            "modelservice render, a service": [COMMAND, "render", SHORT],
            "modelservice explain, a value": [*whole, "spec.replicas"],
            "modelservice explain, a Deployment": whole,
        }
        costs = medians(self.rounds, *[Command(call) for call in calls.values()])
        return [Figure(name, cost.milliseconds, "ms", 500) for name, cost in zip(calls, costs, strict=True)]

    def services(self) -> list[Figure]:
        """Tell what many services in one ResourceList cost, and whether one costs more among more of them."""
        template = self._template()
        commands = {count: Command([FUNCTION], self._resource_list(template, count)) for count in (1, 100, 1000)}
        costs = dict(zip(commands, medians(max(3, self.rounds // 4), *commands.values()), strict=True))
        added = {count: (costs[count].milliseconds - costs[1].milliseconds) / (count - 1) for count in (100, 1000)}
        figures = []
        for count, limits in ((100, (None, None)), (1000, (1.25, 200.0))):
            each, memory = limits
            figures += [
                Figure(f"{count} services", costs[count].milliseconds, "ms"),
                Figure("  a service, with its share of the start", costs[count].milliseconds / count, "ms", each),
                Figure("  a service, beyond what one alone takes", added[count], "ms"),
                Figure("  peak memory", costs[count].megabytes, "MB", memory),
            ]
        most = Command([FUNCTION], self._resource_list(template, MOST, looked_at=False)).run()
        return [
            *figures,
            Figure("a service among 1000 : among 100", added[1000] / added[100], "x"),
            Figure(f"{MOST} services", most.milliseconds, "ms"),
            Figure("  peak memory", most.megabytes, "MB", 700.0),
            Figure(f"a service among {MOST} : among 1000", most.milliseconds / MOST / (costs[1000].milliseconds / 1000), "x", 1.2),
        ]

    def packages(self) -> list[Figure]:
        """Tell what rendering a package anew takes, in which each service has a file and what it became stands beside it, as kpt has it."""
        template = self._template()
        figures = []
        for count in PACKAGES:
            first, again = self.folder / f"package-{count}", self.folder / f"package-{count}-again"
            place = "metadata:\n    annotations:\n      {0}path: NAME.yaml\n      {0}index: '0'\n      internal.{0}path: NAME.yaml\n"
            place = (place + "      internal.{0}index: '0'\n").format("config.kubernetes.io/").replace("NAME", NUMBERED)
            in_file = template.replace("metadata:\n    annotations:\n", place, 1)  # which it has, of the function
            first.write_text(RESOURCE_LIST + "".join(in_file.replace(NUMBERED, f"{NUMBERED}-{number}") for number in range(count)), "utf-8")
            with first.open("rb") as stdin:
                again.write_bytes(subprocess.run([FUNCTION], check=True, stdin=stdin, capture_output=True).stdout)
            (cost,) = medians(2, Command([FUNCTION], again))
            figures += [
                Figure(f"a package of {count} services, again", cost.milliseconds, "ms"),
                Figure("  a service", cost.milliseconds / count, "ms"),
                Figure("  peak memory", cost.megabytes, "MB"),
            ]
        return figures

    def checks(self) -> list[Figure]:
        """Tell what looking at a service costs, once everything is imported and where nothing is wrong."""
        documents = parse_all(self._resource_list(self._template(), 100).read_bytes())[0]["items"]
        milliseconds = []
        for _ in range(self.rounds):
            services = [compose(Plan(ModelService(one))) for one in documents]
            begin = time.perf_counter()
            check(services)
            milliseconds.append((time.perf_counter() - begin) * 1000 / len(services))
        return [Figure("the checks of a service", median(milliseconds), "ms", 1.0)]

    def diff(self) -> list[Figure]:
        """Tell what it takes to compare two streams of 1,000 objects, which are the same in another order."""
        rendered = subprocess.run([COMMAND, "render", SHORT], check=True, capture_output=True).stdout.decode()
        few = rendered.split("---\n")
        name = parse_all(SHORT.read_bytes())[0]["metadata"]["name"]
        many = [one.replace(name, f"{name}-{number}") for number in range(1000 // len(few) + 1) for one in few][:1000]
        sides = self.folder / "old.yaml", self.folder / "new.yaml"
        for side, texts in zip(sides, (many, many[::-1]), strict=True):
            side.write_text("---\n".join(texts), encoding="utf-8")
        (cost,) = medians(max(3, self.rounds // 4), Command([COMMAND, "diff", *sides]))
        return [
            Figure("modelservice diff, 1000 objects each", cost.milliseconds, "ms", 5000.0),
            Figure("  peak memory", cost.megabytes, "MB", 300.0),
        ]

    def convert(self) -> list[Figure]:
        """Tell what converting a release's values of 500 lines takes, with a comment on each variable."""
        variables = "".join(f"    - name: VARIABLE_{number}\n      value: text # the {number}th\n" for number in range(LINES // 4))
        role = f":\n  replicas: 2\n  containers:\n  - image: vllm:v0.18.0\n    modelCommand: vllmServe\n    env:\n{variables}"
        path = self.folder / "values.yaml"
        path.write_text(f"modelArtifacts:\n  name: org/model\ndecode{role}prefill{role}", encoding="utf-8")
        commands = [Command([COMMAND, *words]) for words in (["--version"], ["convert", path, "--release", "x"])]
        start, convert = medians(max(3, self.rounds // 4), *commands)
        return [
            Figure("modelservice --version", start.milliseconds, "ms"),
            Figure(f"modelservice convert, {LINES} lines", convert.milliseconds, "ms", 1000.0),
        ]

    def view(self) -> list[Figure]:
        """Tell what a page of 50 services takes, how large it is and, where there is a chromium, when it shows something."""
        folder, page = self.folder / "models", self.folder / "page.html"
        folder.mkdir()
        text = SHORT.read_text(encoding="utf-8")
        for number in range(PAGE):
            (folder / f"{number}.yaml").write_text(text.replace("gpt-oss-120b", f"model-{number}"), encoding="utf-8")
        one = Command([COMMAND, "view", SHORT, "-o", self.folder / "one.html"])
        (single,) = medians(max(3, self.rounds // 4), one)
        cost = Command([COMMAND, "view", folder, "-o", page]).run()
        paint = [Figure("  first paint of the page", time_to_paint, "ms", 1000.0) for time_to_paint in _paints(page)]
        return [
            Figure("modelservice view, a service", single.milliseconds, "ms"),
            Figure(f"modelservice view, {PAGE} services", cost.milliseconds, "ms", 15000.0),
            Figure("  peak memory", cost.megabytes, "MB"),
            Figure("  the page", page.stat().st_size / 1e6, "MB", 3.0),
            *paint,
        ]

    def _build_with(self, script: str, kustomization: Path | None = None) -> Command:
        """Return a build, of the example or another, in which that shell script is the modelservice-fn on PATH."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        stand_in = folder / FUNCTION.name
        stand_in.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        stand_in.chmod(0o755)
        line = (self.kustomize, "build", "--enable-alpha-plugins", "--enable-exec", kustomization or self.example)
        return Command(line, environment={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"})

    def _template(self) -> str:
        """Return the example's service as kustomize writes an item, with NUMBERED for its name and model label."""
        request: Any = yaml12.parse_yaml(self.request.read_text(encoding="utf-8"))
        service = request["functionConfig"]
        service["metadata"]["name"] = NUMBERED
        service["spec"]["modelArtifacts"].setdefault("labels", {})["llm-d.ai/model"] = NUMBERED
        folder, recorded = Path(tempfile.mkdtemp(dir=self.folder)), self.folder / "template"
        (folder / "service.yaml").write_text(yaml12.format_yaml(service), encoding="utf-8")
        (folder / "kustomization.yaml").write_text("generators: [service.yaml]\n", encoding="utf-8")
        self._build_with(f'tee "{recorded}"', folder).run()
        _, config = recorded.read_text(encoding="utf-8").split("\nfunctionConfig:\n")
        return f"-{config[1:]}"  # it is indented by two

    def _resource_list(self, template: str, count: int, *, looked_at: bool = True) -> Path:
        """Return a file with that many services as its items; if it is ``looked_at``, ends the program if one of them becomes nothing."""
        names = [f"{NUMBERED}-{number}" for number in range(count)]
        path = self.folder / f"{count}-services"
        path.write_text(RESOURCE_LIST + "".join(template.replace(NUMBERED, name) for name in names), encoding="utf-8")
        if not looked_at:
            return path
        with path.open("rb") as stdin:
            answer = subprocess.run([FUNCTION], check=True, stdin=stdin, capture_output=True).stdout.decode()
        if missing := [name for name in names if f"{name}-decode" not in answer]:
            sys.exit(f"there is nothing to measure: no resources for {len(missing)} of {count} services")
        return path


def _paints(page: Path) -> list[float]:
    """The median time until a page shows its content, in milliseconds; nothing where there is no browser."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        return []
    from selenium.webdriver import Chrome  # noqa: PLC0415
    from selenium.webdriver.chrome.options import Options  # noqa: PLC0415
    from selenium.webdriver.chrome.service import Service  # noqa: PLC0415

    options = Options()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    browser = Chrome(options=options, service=Service(driver))
    times = []
    try:
        for _ in range(6):
            browser.get("about:blank")
            browser.get(page.as_uri())
            drawn = "performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart"  # the script has drawn by then
            painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
            times.append(float(browser.execute_script(f"return Math.max({painted}, {drawn})")))
    finally:
        browser.quit()
    return [median(times[1:])]


def table(figures: Sequence[Figure]) -> str:
    """Set the figures out as lines of text."""
    return "\n".join(
        f"{figure.name:42}{figure.value:10.2f} {figure.unit:3}"
        + (f"  limit {figure.limit:g} {figure.unit:3} {figure.verdict}" if figure.limit is not None else "")
        for figure in figures
    )


def ratios(figures: Sequence[Figure]) -> dict[str, float]:
    """The figures that can be held against those of another run: ratios as they are, times in those of bare Python, memory.

    What belongs to the figure above it is called by both.
    """
    bare = next(figure.value for figure in figures if figure.name == BARE)
    found, above = {}, ""
    for figure in figures:
        above = above if figure.name.startswith(" ") else figure.name
        name = figure.name if figure.name == above else f"{above}, {figure.name.strip()}"
        if name != BARE:
            found[name] = round(figure.value / bare if figure.unit == "ms" else figure.value, 3)
    return found


def grown(now: Mapping[str, float], before: Mapping[str, float]) -> list[str]:
    """What is more than it was, by more than runs differ."""
    both = [(name, before[name], value) for name, value in now.items() if name in before]
    return [f"{name}: {value:g}, was {old:g}" for name, old, value in both if value > old * SLOWER]


def _record(figures: Sequence[Figure]) -> dict[str, Any]:
    """One line of the history."""
    git = [shutil.which("git") or "git", "describe", "--always", "--dirty"]
    commit = subprocess.run(git, check=False, capture_output=True, cwd=ROOT, encoding="utf-8")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "version": __version__,
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {_processor()}",
        "bare": round(next(figure.value for figure in figures if figure.name == BARE), 2),
        "ratios": ratios(figures),
    }


def _processor() -> str:
    """What Linux calls the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _compare(record: dict[str, Any], history: Path) -> int:
    """Say what is slower or larger than at the last landing; 1 if anything is."""
    lines = history.read_text(encoding="utf-8").splitlines() if history.exists() else []
    if not lines:
        print(f"{history.name} has no landing to compare with; --record makes one")
        return 1
    last = json.loads(lines[-1])
    found = grown(record["ratios"], last["ratios"])
    print(f"\ncompared with {last['commit']} of {last['date']}: " + ("; ".join(found) or "nothing has grown"))
    return int(bool(found))


def main() -> int:
    """Measure, print the table, write the JSON; then record or compare, where that is asked for."""
    parser = argparse.ArgumentParser(description="Measure start-up, a whole build, many services at once, packages and the command line.")
    parser.add_argument("--kustomize", type=Path, default=Path("kustomize"), help="the kustomize to build with")
    parser.add_argument("--helm", default="helm", help="the helm to compare with")
    parser.add_argument("--chart", default="", help="the chart that it renders; without one, there is no comparison")
    parser.add_argument("--values", default="", help="the values of the release")
    parser.add_argument("--rounds", type=int, default=20, help="runs of each command (a quarter for many services)")
    parser.add_argument("--json", type=Path, default=ROOT / "bench.json", help="where the figures go")
    parser.add_argument("--history", type=Path, default=HISTORY, help="the landings")
    parser.add_argument("--record", action="store_true", help="add this run to the landings")
    parser.add_argument("--check", action="store_true", help="compare with the last landing; exit 1 if anything has grown")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments.kustomize, arguments.rounds, Path(folder))
        figures = [
            *bench.start(),
            *bench.helm(arguments.helm, arguments.chart, arguments.values),
            *bench.build(),
            *bench.commands(),
            *bench.services(),
            *bench.packages(),
            *bench.checks(),
            *bench.diff(),
            *bench.convert(),
            *bench.view(),
        ]
    print(table(figures))
    record = _record(figures)
    report = {**record, "rounds": arguments.rounds, "figures": [{**asdict(figure), "verdict": figure.verdict} for figure in figures]}
    arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if arguments.record:
        with arguments.history.open("a", encoding="utf-8") as history:
            history.write(json.dumps(record) + "\n")
    return _compare(record, arguments.history) if arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
