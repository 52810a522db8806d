"""Measures what a user waits for: our start-up, a whole build, and many services at once (`make bench`).

All times are medians of one run in which the commands that are compared take turns, so that a busy machine slows both.
The function is given what the real kustomize sends it for the example. Limits are reported, never enforced: whether
a figure beyond one is a fault or a slow machine is for the reader to say.
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
            Figure("python -c pass", python.milliseconds, "ms"),
            Figure("modelservice-fn", ours.milliseconds, "ms"),
            Figure("modelservice-fn : python -c pass", ours.milliseconds / python.milliseconds, "x"),
            Figure("modelservice-fn, the same with engine", engine.milliseconds, "ms"),
            Figure("modelservice-fn, a plain service", little.milliseconds, "ms"),
            Figure("a plain service : python -c pass", little.milliseconds / python.milliseconds, "x", 3.2),
        ]

    def build(self) -> list[Figure]:
        """Compare a whole build with one whose function only echoes our stored answer."""
        commands = [self._build_with(f"exec {script}") for script in (f'cat "{self.answer}"', f'"{FUNCTION}"')]
        echo, ours = medians(self.rounds, *commands)
        return [
            Figure("kustomize build, stored answer", echo.milliseconds, "ms"),
            Figure("kustomize build, modelservice-fn", ours.milliseconds, "ms"),
            Figure("modelservice-fn : stored answer", ours.milliseconds / echo.milliseconds, "x"),
        ]

    def commands(self) -> list[Figure]:
        """Tell what a user waits for at a terminal: where each value of an object comes from."""
        whole: list[str | Path] = [COMMAND, "explain", SHORT, "decode"]
        costs = medians(self.rounds, Command([COMMAND, "--version"]), Command([*whole, "spec.replicas"]), Command(whole))
        names = ("modelservice --version", "modelservice explain, a value", "modelservice explain, a Deployment")
        return [Figure(name, cost.milliseconds, "ms", limit) for name, cost, limit in zip(names, costs, (None, 500, 500), strict=True)]

    def services(self) -> list[Figure]:
        """Tell what many services in one ResourceList cost, and whether one costs more among more of them."""
        template = self._template()
        commands = {count: Command([FUNCTION], self._resource_list(template, count)) for count in (1, 100, 1000)}
        costs = dict(zip(commands, medians(max(3, self.rounds // 4), *commands.values()), strict=True))
        added = {count: (costs[count].milliseconds - costs[1].milliseconds) / (count - 1) for count in (100, 1000)}
        figures = []
        for count, limits in ((100, (None, None)), (1000, (3.5, 250.0))):
            each, memory = limits
            figures += [
                Figure(f"{count} services", costs[count].milliseconds, "ms"),
                Figure("  a service, with its share of the start", costs[count].milliseconds / count, "ms", each),
                Figure("  a service, beyond what one alone takes", added[count], "ms"),
                Figure("  peak memory", costs[count].megabytes, "MB", memory),
            ]
        return [*figures, Figure("a service among 1000 : among 100", added[1000] / added[100], "x")]

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

    def _resource_list(self, template: str, count: int) -> Path:
        """Return a file with that many services as its items; ends the program if one of them brings forth nothing."""
        names = [f"{NUMBERED}-{number}" for number in range(count)]
        path = self.folder / f"{count}-services"
        head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n"
        path.write_text(head + "".join(template.replace(NUMBERED, name) for name in names), encoding="utf-8")
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


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description="Measure start-up, a whole build, and many services at once.")
    parser.add_argument("--kustomize", type=Path, default=Path("kustomize"), help="the kustomize to build with")
    parser.add_argument("--rounds", type=int, default=20, help="runs of each command (a quarter for many services)")
    parser.add_argument("--json", type=Path, default=ROOT / "bench.json", help="where the figures go")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments.kustomize, arguments.rounds, Path(folder))
        figures = [
            *bench.start(),
            *bench.build(),
            *bench.commands(),
            *bench.services(),
            *bench.checks(),
            *bench.diff(),
            *bench.convert(),
            *bench.view(),
        ]
    print(table(figures))
    report = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rounds": arguments.rounds,
        "figures": [{**asdict(figure), "verdict": figure.verdict} for figure in figures],
    }
    arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
