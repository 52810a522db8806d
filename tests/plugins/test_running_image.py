"""The image as docker runs it, where $MODELSERVICE_IMAGE names one (`make testimage`)."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_image_answers_as_the_installed_function() -> None:
    """The container, without a network and without rights, answers as the function of the checkout."""
    config = (ROOT / "examples/furiosa-rngd-hf/modelservice.yaml").read_text(encoding="utf-8")
    request = f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n{textwrap.indent(config, '  ')}"
    kept = ["--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
    command = ["docker", "run", "--rm", "--interactive", *kept, os.environ["MODELSERVICE_IMAGE"]]
    answers = [
        subprocess.run(each, input=request, check=True, capture_output=True, encoding="utf-8").stdout
        for each in (command, [Path(sys.executable).parent / "modelservice-fn"])
    ]
    assert answers[0] == answers[1] != ""
