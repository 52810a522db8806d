"""plugins/argocd/cmp: the component adds a sidecar that builds kustomizations for Applications that ask for it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.folders import KUSTOMIZATION, Map, container, objects, stream, write

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugins" / "argocd" / "cmp"
# What the component relies on in Argo CD's own manifests.
INSTALLATION = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-repo-server}
spec:
  selector: {matchLabels: {app: argocd-repo-server}}
  template:
    metadata: {labels: {app: argocd-repo-server}}
    spec:
      volumes: [{name: tmp, emptyDir: {}}, {name: var-files, emptyDir: {}}, {name: plugins, emptyDir: {}}]
      initContainers:
      - {name: copyutil, image: "quay.io/argoproj/argocd:v3.2.0", volumeMounts: [{name: var-files, mountPath: /var/run/argocd}]}
      containers:
      - name: argocd-repo-server
        image: quay.io/argoproj/argocd:v3.2.0
        volumeMounts: [{name: tmp, mountPath: /tmp}]
"""
CONFIGS = "/home/argocd/cmp-server/config/plugin.yaml"


@pytest.fixture(scope="module")
def installation(
    kustomize_build: Callable[[Path], subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Map]:
    """Return an installation with the component."""
    folder = tmp_path_factory.mktemp("argocd")
    write(folder / "plugin", {path.name: path.read_text(encoding="utf-8") for path in PLUGIN.iterdir()})
    kustomization = "namespace: argocd\nresources: [install.yaml]\ncomponents: [plugin]\n"
    kustomization += "configMapGenerator: [{name: modelservice-requirements, files: [requirements.txt]}]\n"
    run = kustomize_build(write(folder, {"install.yaml": INSTALLATION, KUSTOMIZATION: kustomization, "requirements.txt": "a\n"}))
    assert (run.returncode, run.stderr) == (0, "")
    return objects(run.stdout)


@pytest.fixture(scope="module")
def pod(installation: dict[str, Map]) -> Map:
    """Return the repo-server's pod."""
    spec = installation["Deployment/argocd-repo-server"]["spec"]["template"]["spec"]
    assert isinstance(spec, dict)
    return spec


def test_the_rest_stays(installation: dict[str, Map], pod: Map) -> None:
    """The repo-server itself is as it was: the component adds a sidecar, an init container, volumes and a ConfigMap."""
    (given,) = stream(INSTALLATION)
    before = given["spec"]["template"]["spec"]
    for part in ("containers", "initContainers", "volumes"):
        assert all(each in pod[part] for each in before[part])
    assert {each["metadata"]["namespace"] for each in installation.values()} == {"argocd"}


def test_the_sidecar_is_one_of_argo_cd(installation: dict[str, Map], pod: Map) -> None:
    """The sidecar is what Argo CD documents: its server as the command, user 999, a /tmp of its own, the plugin's file in its place."""
    sidecar = container(installation["Deployment/argocd-repo-server"], "modelservice")
    assert sidecar["command"] == ["/var/run/argocd/argocd-cmp-server"]
    assert (sidecar["securityContext"]["runAsUser"], sidecar["securityContext"]["runAsNonRoot"]) == (999, True)
    mounts = {mount["mountPath"]: mount for mount in sidecar["volumeMounts"]}
    assert {"/var/run/argocd", "/home/argocd/cmp-server/plugins", "/tmp", CONFIGS} <= set(mounts)  # noqa: S108 - as documented
    assert mounts["/tmp"]["name"] not in ("tmp", "var-files", "plugins")  # noqa: S108
    assert {mount["name"] for mount in mounts.values()} <= {volume["name"] for volume in pod["volumes"]}
    (volume,) = [each for each in pod["volumes"] if each["name"] == mounts[CONFIGS]["name"]]
    config = installation[f"ConfigMap/{volume['configMap']['name']}"]
    assert volume["configMap"]["name"] != "argocd-cmp-modelservice", "a new plugin starts a new pod: the name has a hash"
    assert config["data"] == {"plugin.yaml": (PLUGIN / "plugin.yaml").read_text(encoding="utf-8")}


def test_the_function_is_on_its_path(installation: dict[str, Map], pod: Map) -> None:
    """The start script is mounted into a folder of PATH, and what it names where the init container has put it."""
    sidecar = container(installation["Deployment/argocd-repo-server"], "modelservice")
    (installer,) = [each for each in pod["initContainers"] if each["name"] == "install-modelservice"]
    env: dict[str, Any] = {variable["name"]: variable["value"] for variable in installer["env"]}
    place = installer["volumeMounts"][0]
    assert {"name": place["name"], "mountPath": place["mountPath"], "readOnly": True} in sidecar["volumeMounts"]
    (script,) = [mount for mount in sidecar["volumeMounts"] if mount["mountPath"] == "/usr/local/bin/modelservice-fn"]
    assert script["name"] == place["name"]
    assert f"{place['mountPath']}/{script['subPath']}" == f"{env['VIRTUAL_ENV']}/bin/modelservice-fn"


def test_the_installer_is_that_of_the_other_component(pod: Map) -> None:
    """Both components install in the same way."""
    (patch,) = stream((PLUGIN.parent / "argocd-repo-server.yaml").read_text(encoding="utf-8"))
    (installer,) = [each for each in pod["initContainers"] if each["name"] == "install-modelservice"]
    assert patch["spec"]["template"]["spec"]["initContainers"] == [installer]
    (volume,) = [each for each in pod["volumes"] if each["name"] == "modelservice-requirements"]
    assert volume["configMap"]["name"] != "modelservice-requirements", "the kustomization's, with the hash in its name"


def test_the_plugin_builds(
    kustomize: Path, environment: dict[str, str], kustomize_build: Callable[[Path], subprocess.CompletedProcess[str]]
) -> None:
    """The plugin's command, run where Argo CD runs it, prints what kustomize prints; only Applications that name the plugin get it."""
    (plugin,) = stream((PLUGIN / "plugin.yaml").read_text(encoding="utf-8"))
    assert set(plugin["spec"]) == {"generate"}
    example = ROOT / "examples" / "furiosa-rngd-hf"
    env = {**environment, "PATH": f"{kustomize.parent}:{environment['PATH']}"}
    run = subprocess.run(plugin["spec"]["generate"]["command"], check=False, capture_output=True, encoding="utf-8", cwd=example, env=env)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == kustomize_build(example).stdout != ""
    assert f"plugin: {{name: {plugin['metadata']['name']}}}" in (PLUGIN.parent / "README.md").read_text(encoding="utf-8")
