"""Templated text: which fields, which templates, and what of those that cannot be expanded (specification: Templated text)."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import make

from modelservice.config.templated_text import expand, is_port

Map = dict[str, Any]

VALUES: Map = {
    "modelArtifacts": {"name": "meta/llama-8b", "labels": {"a": "b"}},
    "routing": {"servicePort": 8000, "list": [1]},
    "enabled": True,
    "off": False,
    "zero": 0,
    "empty": "",
    "text": "Some-Text",
    "quoted": 'a "b" \\c',
    "half": 0.5,
}
CONTEXT: Map = {"Values": VALUES, "Release": {"Name": "llama", "Namespace": "serving"}}


def expanded(text: str, key: str = "value") -> Any:
    """Return a text of an environment variable expanded, or what is told of it."""
    spec, problems = expand({"decode": {"containers": [{"env": [{"name": "A", key: text}]}]}}, CONTEXT)
    if problems:
        assert [problem.field for problem in problems] == [f"spec.decode.containers[0].env[0].{key}"]
        assert problems[0].current == text
        return f"error: {problems[0].message}"
    return spec["decode"]["containers"][0]["env"][0][key]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ .Values.modelArtifacts.name }}", "meta/llama-8b"),
        ("{{.Values.modelArtifacts.name}}", "meta/llama-8b"),
        ("{{ .Release.Name }}", "llama"),
        ("{{ .Release.Namespace }}", "serving"),
        ("http://{{ .Release.Name }}.{{ .Release.Namespace }}:{{ .Values.routing.servicePort }}/v1", "http://llama.serving:8000/v1"),
        ("{{ .Values.enabled }}", "true"),
        ("{{ .Values.off }}", "false"),
        ("{{ .Values.half }}", "0.5"),
        ("{{ .Values.text | quote }}", '"Some-Text"'),
        ("{{ .Values.quoted | quote }}", '"a \\"b\\" \\\\c"'),
        ("{{ .Values.routing.servicePort | quote }}", '"8000"'),
        ("{{ .Values.text | lower }}", "some-text"),
        ("{{ .Values.text | upper }}", "SOME-TEXT"),
        ("{{ .Values.text | trunc 4 }}", "Some"),
        ("{{ .Values.text | trunc 40 }}", "Some-Text"),
        ('{{ .Values.text | trimSuffix "-Text" }}', "Some"),
        ('{{ .Values.text | trimSuffix "nothing" }}', "Some-Text"),
        ('{{ .Values.nothing | default "x" }}', "x"),
        ('{{ .Values.nothing.deep.down | default "x y" }}', "x y"),
        ('{{ .Values.text | default "x" }}', "Some-Text"),
        ('{{ .Values.empty | default "x" }}', "x"),
        ('{{ .Values.nothing | default "a|b }} c" }}', "a|b }} c"),
        ('{{ .Values.nothing | default "say \\"hi\\"" }}', 'say "hi"'),
        ('{{ .Values.nothing | default "Big" | lower | trunc 2 | quote }}', '"bi"'),
        ("{{ .Values.text|lower|trunc 4 }}", "some"),
        ("a {{- .Values.text }}", "aSome-Text"),
        ("a \n {{- .Values.text -}} \n b", "aSome-Textb"),
        ("a {{ .Values.text -}} b", "a Some-Textb"),
        ("a {{ .Values.text }} b", "a Some-Text b"),
        ("{{ .Values.empty }}", ""),
    ],
)
def test_references_are_expanded(text: str, result: str) -> None:
    """A bare reference, the six functions after it, and trimming braces do what they do in the charts (specification: Templated text)."""
    assert expanded(text) == result


@pytest.mark.parametrize(
    "text",
    [
        "{{ .Values }}",
        "{{ .Values. }}",
        "{{ .Chart.Name }}",
        "{{ Values.text }}",
        "{{ $x }}",
        "{{ if .Values.enabled }}x{{ end }}",
        '{{ include "x" . }}',
        '{{ printf "%s" .Values.text }}',
        "{{ .Values.text | b64enc }}",
        "{{ .Values.text | default }}",
        "{{ .Values.text | default other }}",
        "{{ .Values.text | quote 3 }}",
        "{{ .Values.text | trunc }}",
        "{{ .Values.text | }}",
        "{{ .Values.text lower }}",
        "{{ (.Values.text) }}",
        "{{ }}",
        "{{/* comment */}}",
        "{{ .Values.text",
        "x {{ y",
        "{{ .Values.text }} and {{ .Values.text",
    ],
)
def test_anything_else_is_an_error_that_names_the_field(text: str) -> None:
    """What is not supported is refused with what is, and never left in the output as it is (specification: Templated text)."""
    assert re.match(r"error: has .*; supported: \{\{ \.Values", expanded(text))


@pytest.mark.parametrize(
    "text", ["{{ .Values.nothing }}", "{{ .Values.text.deeper }}", "{{ .Values.nothing | lower }}", "{{ .Release.Service }}"]
)
def test_a_reference_to_nothing_is_an_error(text: str) -> None:
    """Without a default, a reference to what is not set is an error (specification: Templated text)."""
    assert expanded(text).startswith("error: ")


def test_a_reference_to_nothing_says_what_would_help() -> None:
    """The message names the reference and the way out."""
    assert "refers to .Values.nothing.at.all, which is not set" in expanded("{{ .Values.nothing.at.all }}")
    assert 'default "' in expanded("{{ .Values.nothing.at.all }}")


@pytest.mark.parametrize("text", ["{{ .Values.modelArtifacts.labels }}", "{{ .Values.routing.list }}"])
def test_a_reference_to_a_map_or_list_is_an_error(text: str) -> None:
    """A map has no form as text that Go and we would agree on."""
    assert "not a single value" in expanded(text)


def test_what_is_put_in_is_not_expanded_again() -> None:
    """A value that looks like a template stays what it is."""
    context: Map = {"Values": {"text": "{{ .Values.other }}"}, "Release": {}}
    spec, problems = expand({"modelArtifacts": {"uri": "hf://{{ .Values.text }}"}}, context)
    assert spec["modelArtifacts"]["uri"] == "hf://{{ .Values.other }}"
    assert problems == []


@pytest.mark.parametrize("role", ["decode", "prefill"])
@pytest.mark.parametrize(
    "field",
    [
        {"extraConfig": {"a": {"b": ["{{ .Release.Name }}"]}}},
        {"containers": [{"env": [{"name": "A", "value": "{{ .Release.Name }}"}]}]},
        {"containers": [{}, {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "{{ .Release.Name }}"}}}]}]},
        {"containers": [{"ports": [{"name": "{{ .Release.Name }}"}]}]},
        {"containers": [{"extraConfig": {"lifecycle": {"command": ["{{ .Release.Name }}"]}}}]},
    ],
)
def test_these_fields_of_roles_are_templated(role: str, field: Map) -> None:
    """env, ports and extraConfig of containers and extraConfig of pods are, at any depth (specification: Templated text)."""
    spec, problems = expand({role: field}, CONTEXT)
    assert problems == []
    assert "{{" not in str(spec)
    assert "llama" in str(spec)


def test_other_values_among_templates_stay_as_they_are() -> None:
    """Numbers, booleans, nulls and plain text next to a template keep their types."""
    extra = {"a": 5, "b": [True, None, 0.5, "x"], "c": {"d": "{{ .Release.Name }}"}}
    spec, problems = expand({"decode": {"extraConfig": extra}}, CONTEXT)
    assert problems == []
    assert spec["decode"]["extraConfig"] == {**extra, "c": {"d": "llama"}}


def test_what_is_expanded_is_not_changed() -> None:
    """The spec that was given is the user's document, or refers to it."""
    reference = "{{ .Release.Name }}"
    spec: Map = {
        "extraObjects": [{"a": reference}],
        "modelArtifacts": {"uri": reference},
        "decode": {"extraConfig": {"a": reference}, "containers": [{"env": [{"name": reference}], "ports": [{"name": reference}]}]},
    }
    before = copy.deepcopy(spec)
    assert "{{" not in str(expand(spec, CONTEXT)[0])
    assert spec == before


def test_uri_and_extra_objects_are_templated() -> None:
    """modelArtifacts.uri and extraObjects are, too (specification: Templated text)."""
    spec, problems = expand(
        {
            "modelArtifacts": {"uri": "pvc://{{ .Release.Name }}-models/{{ .Values.modelArtifacts.name }}"},
            "extraObjects": [{"metadata": {"name": "{{ .Release.Name }}-extra"}}],
        },
        CONTEXT,
    )
    assert problems == []
    assert spec["modelArtifacts"]["uri"] == "pvc://llama-models/meta/llama-8b"
    assert spec["extraObjects"] == [{"metadata": {"name": "llama-extra"}}]


@pytest.mark.parametrize(
    "spec",
    [
        {"decode": {"containers": [{"args": ['{"a":{"b":1}}', "{{ .Values.nothing }}", "}}{{"]}]}},
        {"decode": {"containers": [{"command": ["sh", "-c", "{{ .Values.nothing }}"]}]}},
        {"decode": {"containers": [{"image": "{{ .Values.nothing }}", "name": "{{ x }}"}]}},
        {"decode": {"containers": [{"volumeMounts": [{"name": "{{ x }}"}], "resources": {"limits": {"a": "{{ x }}"}}}]}},
        {"decode": {"annotations": {"a": "{{ x }}"}, "volumes": [{"name": "{{ x }}"}], "nodeSelector": {"a": "{{ x }}"}}},
        {"modelArtifacts": {"name": "{{ x }}", "labels": {"a": "{{ x }}"}, "mountPath": "{{ x }}"}},
        {"routing": {"proxy": {"image": "{{ x }}"}}, "fullnameOverride": "{{ x }}", "accelerator": {"env": {"a": [{"value": "{{ x }}"}]}}},
    ],
)
def test_nothing_else_is_templated(spec: Map) -> None:
    """All other fields keep their braces: JSON in args is full of them (specification: Templated text)."""
    assert expand(spec, CONTEXT) == (spec, [])


@pytest.mark.parametrize(
    ("key", "parent", "port"),
    [
        ("containerPort", "ports", True),
        ("hostPort", "ports", True),
        ("port", "httpGet", True),
        ("targetPort", "ports", True),
        ("nodePort", "ports", True),
        ("number", "targetPorts", True),
        ("number", "env", False),
        ("value", "env", False),
        ("name", "ports", False),
        ("ports", "", False),
    ],
)
def test_which_fields_are_ports(key: str, parent: str, port: bool) -> None:
    """A port is a field whose name ends in port, or the number of one in a list of ports."""
    assert is_port(key, parent) is port


@pytest.mark.parametrize(
    ("ports", "result"),
    [
        ([{"containerPort": "{{ .Values.routing.servicePort }}"}], [{"containerPort": 8000}]),
        ([{"containerPort": "{{- .Values.routing.servicePort -}}"}], [{"containerPort": 8000}]),
        ([{"containerPort": '{{ .Values.nothing | default "81" }}'}], [{"containerPort": 81}]),
        ([{"name": "{{ .Values.routing.servicePort }}"}], [{"name": "8000"}]),
        ([{"containerPort": "1{{ .Values.zero }}"}], [{"containerPort": "10"}]),
        ([{"containerPort": "{{ .Values.text }}"}], [{"containerPort": "Some-Text"}]),
    ],
)
def test_a_lone_reference_in_a_port_field_gives_a_number(ports: list[Map], result: list[Map]) -> None:
    """The API server refuses text in a port field, and takes a port's name for one (specification: Templated text)."""
    spec, problems = expand({"decode": {"containers": [{"ports": ports}]}}, CONTEXT)
    assert problems == []
    assert spec["decode"]["containers"][0]["ports"] == result


def test_ports_of_probes_and_services_are_numbers_too() -> None:
    """The rule holds in extraConfig and extraObjects as well."""
    reference = "{{ .Values.routing.servicePort }}"
    spec, _ = expand(
        {
            "decode": {"containers": [{"extraConfig": {"livenessProbe": {"httpGet": {"port": reference}}}}]},
            "extraObjects": [{"spec": {"ports": [{"port": reference, "targetPort": reference}], "targetPorts": [{"number": reference}]}}],
        },
        CONTEXT,
    )
    assert spec["decode"]["containers"][0]["extraConfig"]["livenessProbe"]["httpGet"]["port"] == 8000
    assert spec["extraObjects"][0]["spec"] == {"ports": [{"port": 8000, "targetPort": 8000}], "targetPorts": [{"number": 8000}]}


def test_every_field_that_cannot_be_expanded_is_told() -> None:
    """All such mistakes come in one run, each with its path."""
    _, problems = expand(
        {
            "extraObjects": [{"a": "{{ x }}"}],
            "modelArtifacts": {"uri": "{{ x }}"},
            "decode": {"containers": [{"ports": [{"name": "{{ x }}"}]}]},
            "prefill": {"extraConfig": {"a": ["ok", "{{ x }}"]}},
        },
        CONTEXT,
    )
    assert sorted(problem.field for problem in problems) == [
        "spec.decode.containers[0].ports[0].name",
        "spec.extraObjects[0].a",
        "spec.modelArtifacts.uri",
        "spec.prefill.extraConfig.a[1]",
    ]


def test_values_are_the_merged_spec_and_release_is_metadata() -> None:
    """``.Values`` reads defaults and the user's fields alike, ``.Release`` the metadata (specification: Templated text)."""
    spec = {
        "decode": {
            "containers": [
                {
                    "name": "engine",
                    "image": "x:1",
                    "env": [
                        {"name": "DEFAULT", "value": "{{ .Values.routing.proxy.targetPort }}"},
                        {"name": "OWN", "value": "{{ .Values.decode.replicas }}"},
                        {"name": "RELEASE", "value": "{{ .Release.Namespace }}/{{ .Release.Name }}"},
                    ],
                }
            ],
            "replicas": 3,
        },
        "fullnameOverride": "other",
    }
    variables = make(spec, namespace="serving").variables()
    assert (variables["DEFAULT"], variables["OWN"], variables["RELEASE"]) == ("8200", "3", "serving/llama")


def test_a_uri_is_templated_before_it_is_read() -> None:
    """The whole uri is expanded first, scheme and all (specification: Model URIs)."""
    made = make({"modelArtifacts": {"uri": "pvc://models/{{ .Values.modelArtifacts.name }}"}})
    assert made.container()["args"][0] == "/model-cache/meta/llama-8b"


PLAIN = st.text(max_size=20).filter(lambda text: "{{" not in text)


@settings(max_examples=40, deadline=None)
@given(PLAIN)
def test_text_without_templates_is_left_alone(text: str) -> None:
    """Text that holds no opening braces comes out as it went in, whatever else it holds."""
    assert expanded(text) == text


@settings(max_examples=40, deadline=None)
@given(PLAIN, st.text(max_size=10), PLAIN)
def test_the_text_around_a_reference_is_left_alone(before: str, value: str, after: str) -> None:
    """A reference is replaced by its value, exactly, and nothing around it changes."""
    if before.endswith("{"):
        before += " "
    context: Map = {"Values": {"text": value}, "Release": {}}
    spec, problems = expand({"modelArtifacts": {"uri": f"{before}{{{{ .Values.text }}}}{after}"}}, context)
    assert problems == []
    assert spec["modelArtifacts"]["uri"] == before + value + after


@settings(max_examples=50, deadline=None)
@given(st.text('{}"|.- \\\n', max_size=12), st.sampled_from(["", "{{ .Values.text }}", "{{", ".Values.text", "default"]))
def test_no_text_of_braces_is_too_odd(text: str, more: str) -> None:
    """Whatever braces, quotes and pipes do: the text is expanded, or there is an error, and never an exception."""
    assert isinstance(expanded(text + more + text), str)


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 50_000,
        "{{ .Values.text " * 50_000,
        '{{ .Values.text | default "' + '\\"' * 50_000,
        '{{ .Values.text | default "' + "}}" * 50_000,
        "a" + " " * 50_000 + "{{",
        '{{ "' + '" "' * 50_000,
    ],
)
def test_a_template_that_does_not_end(text: str) -> None:
    """However often one begins, it is one error, at once."""
    assert expanded(text).startswith("error: has a template that does not end")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (" " * 50_000 + "{ {{- .Values.text }}", " " * 50_000 + "{Some-Text"),
        ('{{ .Values.text | lower | upper | trimSuffix "|" | default "}}" }}', "SOME-TEXT"),
        ("{{ .Values.text }} {{- .Values.off }}", "Some-Textfalse"),
        ("{{ .Values.text -}} \n {{ .Values.off }}", "Some-Textfalse"),
        ("{{- .Values.text -}}", "Some-Text"),
        ('{{ .Values.none | default "a | b" | upper }}', "A | B"),
        ('{{ .Values.none | default "a \\" | }} b" }}', 'a " | }} b'),
        ("{{ .Values.text | trunc " + "0" * 5000 + "4 }}", "Some"),
        ("}} {{ .Values.text }} }}", "}} Some-Text }}"),
    ],
)
def test_what_stands_around_and_inside(text: str, result: str) -> None:
    """Blanks go as Helm takes them away, also between two templates; pipes and braces in strings are no pipes and braces."""
    assert expanded(text) == result


@pytest.mark.parametrize("argument", ["9" * 5000, "²", "-1", '"4"x'])
def test_a_length_that_is_no_number(argument: str) -> None:
    """What trunc cannot count is not supported, and the message quotes no more than one can read."""
    message = expanded(f"{{{{ .Values.text | trunc {argument} }}}}")
    assert message.startswith("error: has the template {{ .Values.text | trunc ")
    assert "is not supported" in message
    assert len(message) < 400


def test_digits_that_are_no_port() -> None:
    """Digits of other scripts in a port field stay the text that they are."""
    context = {"Values": {"port": "²", "thai": "๘๐"}, "Release": {}}
    for name in context["Values"]:
        container = {"ports": [{"containerPort": f"{{{{ .Values.{name} }}}}"}]}
        spec, problems = expand({"decode": {"containers": [container]}}, context)
        assert problems == []
        assert spec["decode"]["containers"][0]["ports"][0]["containerPort"] == context["Values"][name]


@pytest.mark.parametrize("key", ["labels", "annotations", "data", "stringData", "matchLabels"])
def test_a_text_called_port_stays_text(key: str) -> None:
    """In maps whose values are texts, no key makes a number of one."""
    spec, _ = expand({"extraObjects": [{key: {"port": "{{ .Values.routing.servicePort }}"}}]}, CONTEXT)
    assert spec["extraObjects"][0][key]["port"] == "8000"


def test_templates_make_no_more_than_fits() -> None:
    """A few templates could make gigabytes of a long value: that is an error before they do."""
    context = {"Values": {"long": "x" * 100_000}, "Release": {}}
    texts = [{"name": f"A{index}", "value": "{{ .Values.long }}" * 50} for index in range(3)]
    _, problems = expand({"decode": {"containers": [{"env": texts}]}}, context)
    assert [problem.field for problem in problems] == ["spec.decode.containers[0].env[2].value"]
    assert problems[0].message.startswith("makes the config larger than 10 MB")


def test_functions_make_no_more_than_fits() -> None:
    """Quotes of quotes double at each step: too many steps are not supported, and a text that is too long is an error."""
    assert "is not supported" in expanded("{{ .Values.text" + " | quote" * 50_000 + " }}")
    context = {"Values": {"long": '"' * 100_000}, "Release": {}}
    _, problems = expand({"modelArtifacts": {"uri": "{{ .Values.long" + " | quote" * 20 + " }}"}}, context)
    assert [problem.message[:34] for problem in problems] == ["makes the config larger than 10 MB"]


@settings(deadline=None)
@given(st.text(st.sampled_from('{}-"\\ |.Vaxd1\n'), max_size=40))
def test_any_text_is_expanded_or_refused(text: str) -> None:
    """Any text is expanded or is an error; without braces it stays."""
    assert "{{" in text or expanded(text) == text
