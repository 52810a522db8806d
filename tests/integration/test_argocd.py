"""plugins/argocd: the component makes an installation of Argo CD one that runs the function."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.folders import KUSTOMIZATION, Map, container, objects, write

import modelservice

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "argocd"
# What the component relies on in Argo CD's own manifests.
INSTALLATION = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data: {url: https://argocd.example.com}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-repo-server, namespace: argocd}
spec:
  selector: {matchLabels: {app: argocd-repo-server}}
  template:
    metadata: {labels: {app: argocd-repo-server}}
    spec:
      volumes: [{name: tmp, emptyDir: {}}]
      initContainers: [{name: copyutil, image: "quay.io/argoproj/argocd:v3.2.0"}]
      containers:
      - name: argocd-repo-server
        image: quay.io/argoproj/argocd:v3.2.0
        volumeMounts: [{name: tmp, mountPath: /tmp}]
"""


REQUIREMENTS = f"modelservice=={modelservice.__version__} \\\n    --hash=sha256:{'0' * 64}\n"
KUSTOMIZATION_OF_ALL = """\
namespace: argocd
resources: [install.yaml]
components: [plugin]
configMapGenerator:
- name: modelservice-requirements
  files: [requirements.txt]
"""
PAGE = PLUGIN.parents[1] / "docs" / "how-to" / "argo-cd.md"


@pytest.fixture(scope="module")
def install(
    kustomize_build: Callable[[Path], subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., dict[str, Map]]:
    """Return a function that installs Argo CD, as it is given, with the component."""

    def install(given: str = INSTALLATION, kustomization: str = KUSTOMIZATION_OF_ALL) -> dict[str, Map]:
        folder = tmp_path_factory.mktemp("argocd")
        write(folder / "plugin", {path.name: path.read_text(encoding="utf-8") for path in PLUGIN.glob("*.yaml")})
        write(folder, {"install.yaml": given, KUSTOMIZATION: kustomization, "requirements.txt": REQUIREMENTS})
        run = kustomize_build(folder)
        assert (run.returncode, run.stderr) == (0, "")
        return objects(run.stdout)

    return install


@pytest.fixture(scope="module")
def installation(install: Callable[..., dict[str, Map]]) -> dict[str, Map]:
    """Return an installation that had no build options."""
    return install()


@pytest.fixture
def pod(installation: dict[str, Map]) -> Any:
    """Return the repo-server's pod."""
    return installation["Deployment/argocd-repo-server"]["spec"]["template"]["spec"]


@pytest.fixture
def installer(pod: Any) -> Any:
    """Return the init container."""
    (found,) = [each for each in pod["initContainers"] if each["name"] == "install-modelservice"]
    return found


def test_kustomize_may_start_the_function(installation: dict[str, Map]) -> None:
    """The build options are both that kustomize needs; other settings stay."""
    data = installation["ConfigMap/argocd-cm"]["data"]
    assert data.keys() == {"url", "kustomize.buildOptions"}
    assert data["kustomize.buildOptions"].split() == ["--enable-alpha-plugins", "--enable-exec"]


@pytest.mark.parametrize("options", ["--load-restrictor LoadRestrictionsNone", "--enable-helm", "--enable-alpha-plugins --enable-helm"])
def test_build_options_that_are_there_stay(options: str, install: Callable[..., dict[str, Map]]) -> None:
    """What Argo CD builds with already is added to, not replaced."""
    given = INSTALLATION.replace("data: {url:", f'data: {{kustomize.buildOptions: "{options}", url:')
    data = install(given)["ConfigMap/argocd-cm"]["data"]
    assert data["kustomize.buildOptions"] == f"--enable-alpha-plugins --enable-exec {options}"
    assert data["url"] == "https://argocd.example.com"


def test_an_installation_without_settings(install: Callable[..., dict[str, Map]]) -> None:
    """Argo CD's own manifest has an argocd-cm without data."""
    without = install(INSTALLATION.replace("data: {url: https://argocd.example.com}\n", ""))
    assert without["ConfigMap/argocd-cm"]["data"]["kustomize.buildOptions"].split() == ["--enable-alpha-plugins", "--enable-exec"]


def test_a_version_of_kustomize_alone(install: Callable[..., dict[str, Map]]) -> None:
    """With the patch that the page gives, only Applications that ask for the version may start programs."""
    (kustomization,) = [text for text in re.findall(r"(?s)```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8")) if "patches:" in text]
    data = install(kustomization=kustomization.replace("path/to/plugins/argocd", "plugin"))["ConfigMap/argocd-cm"]["data"]
    assert data["kustomize.buildOptions"] == ""
    assert data["kustomize.path.modelservice"] == "/usr/local/bin/kustomize"
    assert data["kustomize.buildOptions.modelservice"] == "--enable-alpha-plugins --enable-exec"


def test_the_function_is_on_path(installation: dict[str, Map], pod: Any, installer: Any) -> None:
    """The start script is mounted into a folder of PATH, and what it names where the init container has put it."""
    env = {variable["name"]: variable["value"] for variable in installer["env"]}
    repo_server = container(installation["Deployment/argocd-repo-server"], "argocd-repo-server")
    mounts = {mount["mountPath"]: mount for mount in repo_server["volumeMounts"]}
    place = installer["volumeMounts"][0]["mountPath"]
    assert mounts[place]["name"] == installer["volumeMounts"][0]["name"] == "modelservice"
    script = mounts["/usr/local/bin/modelservice-fn"]
    assert f"{place}/{script['subPath']}" == f"{env['VIRTUAL_ENV']}/bin/modelservice-fn"
    assert env["UV_PYTHON_INSTALL_DIR"].startswith(f"{place}/")
    assert len(mounts) == 3


def test_what_is_installed_has_digests(installation: dict[str, Map], pod: Any, installer: Any) -> None:
    """Nothing is installed by its name: the image has a digest, and every package one that requirements.txt of the kustomization says."""
    assert re.fullmatch(r"\S+@sha256:[0-9a-f]{64}", installer["image"])
    mounts = {mount["name"]: mount["mountPath"] for mount in installer["volumeMounts"]}
    (script,) = installer["args"]
    assert "modelservice==" not in script
    assert f"--require-hashes --only-binary :all: --requirement {mounts['modelservice-requirements']}/requirements.txt" in script
    (volume,) = [each for each in pod["volumes"] if each["name"] == "modelservice-requirements"]
    assert volume["configMap"]["name"] != "modelservice-requirements", "another release starts another pod: the name has a hash"
    assert installation[f"ConfigMap/{volume['configMap']['name']}"]["data"] == {"requirements.txt": REQUIREMENTS}


def test_the_installer_makes_an_environment_first(installer: Any, tmp_path: Path) -> None:
    """The script, in a shell: an environment where VIRTUAL_ENV says, then what requirements.txt names; where the first fails, nothing."""
    stub = tmp_path / "uv"
    stub.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/log\nexit "$CODE"\n', encoding="utf-8")
    stub.chmod(0o755)
    command = [*installer["command"], *installer["args"]]
    env = {variable["name"]: variable["value"] for variable in installer["env"]}
    for code, lines in ((0, 2), (1, 1)):
        (tmp_path / "log").unlink(missing_ok=True)
        done = subprocess.run(command, env={**env, "PATH": f"{tmp_path}:/usr/bin:/bin", "CODE": str(code)}, check=False)
        assert done.returncode == code
        said = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
        assert said[0] == f"venv --python 3.13 {env['VIRTUAL_ENV']}"
        assert len(said) == lines
