"""plugins/argocd: the component makes an installation of Argo CD one that runs the function."""

from __future__ import annotations

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


@pytest.fixture(scope="module")
def installation(
    kustomize_build: Callable[[Path], subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Map]:
    """Return an installation with the component."""
    folder = tmp_path_factory.mktemp("argocd")
    files = {path.name: path.read_text(encoding="utf-8") for path in PLUGIN.glob("*.yaml")}
    write(folder / "plugin", files)
    write(folder, {"install.yaml": INSTALLATION, KUSTOMIZATION: "resources: [install.yaml]\ncomponents: [plugin]\n"})
    run = kustomize_build(folder)
    assert (run.returncode, run.stderr) == (0, "")
    return objects(run.stdout)


def test_kustomize_may_start_the_function(installation: dict[str, Map]) -> None:
    """The build options are both that kustomize needs; other settings stay."""
    assert installation["ConfigMap/argocd-cm"]["data"] == {
        "url": "https://argocd.example.com",
        "kustomize.buildOptions": "--enable-alpha-plugins --enable-exec",
    }


def test_the_function_is_on_path(installation: dict[str, Map]) -> None:
    """The start script is mounted into a folder of PATH, and what it names where the init container has put it."""
    pod = installation["Deployment/argocd-repo-server"]["spec"]["template"]["spec"]
    (installer,) = [each for each in pod["initContainers"] if each["name"] == "install-modelservice"]
    env = {variable["name"]: variable["value"] for variable in installer["env"]}
    mounts = {
        mount["mountPath"]: mount
        for mount in container(installation["Deployment/argocd-repo-server"], "argocd-repo-server")["volumeMounts"]
    }
    (place,) = [mount["mountPath"] for mount in installer["volumeMounts"]]
    assert mounts[place]["name"] == "modelservice"
    script = mounts["/usr/local/bin/modelservice-fn"]
    assert f"{place}/{script['subPath']}" == f"{env['UV_TOOL_DIR']}/modelservice/bin/modelservice-fn"
    assert env["UV_PYTHON_INSTALL_DIR"].startswith(f"{place}/")
    assert len(mounts) == 3


def test_what_is_installed_is_this_version(installation: dict[str, Map]) -> None:
    """The init container installs the version that it comes with."""
    pod: Any = installation["Deployment/argocd-repo-server"]["spec"]["template"]["spec"]
    (installer,) = [each for each in pod["initContainers"] if each["name"] == "install-modelservice"]
    assert installer["command"][-1] == f"modelservice=={modelservice.__version__}"
