"""What of an object is secret: what is kept of the object goes where its file may not, so this must not be in there, in any form.

Not a digest either: who has one can try passwords against it. So of a secret only that it is there can be compared.
"""

from __future__ import annotations

import functools
import re

from modelservice.krm import ReadError, parse_all, write_documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]

MARK = "(secret, not kept)"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"  # the whole object once more, as kubectl leaves it
PLAIN = ("apiVersion", "kind", "type", "immutable")  # of a Secret

# Names whose value is a secret: keys of any map; and variables, flags and keys that are written as variables are.
_KEY = r"(?i:.*(?:passw(?:or)?d|passphrase|secret|credentials?|token|(?:api|access|private|signing|encryption|master)[-_.]?key))"
_WORDS = r"(?i:passw(?:or)?d|passphrase|secret|credential|authorization)"
_REFERENCE = r"(?i:name|ref|path|file|dir|url|class|namespace)$"  # what such a name ends in where the value only says where the secret is
_VARIABLE = rf"(?!.*{_REFERENCE}).*{_WORDS}.*|(?i:.*[-_.]key|(?:.*[-_.])?pin)"
# In a text: NAME=VALUE, --flag VALUE, NAME: VALUE; the password of an URL, the token of a header, a Hugging Face token.
_HINT = re.compile(r"(?i)token|key|passw|passphrase|secret|credential|authorization|bearer|\bpin|[-_.]pin|hf_|://")
_GIVEN = re.compile(r"""(?<![\w-])(?:--?(?P<flag>[\w-]++)|[A-Za-z_][\w-]*+)(?:["']?\s*+[=:]\s*+|(?(flag)\s++|(?!)))""")
_VALUE = re.compile(r""""[^"$][^"]*"|'[^'$][^']*'|[^\s"'$;&|-][^\s;&|]*""")
_ELSEWHERE = re.compile(r"(?<=://)[^/\s:@]*+:[^/\s@]++(?=@)|(?i:(?<=bearer )[\w.~+/=-]{4,})|\bhf_[A-Za-z0-9]{16,}")


class Concealed(str):
    """What stands for a secret, or for a text with some in it: ``real`` is what it stands for, ``secrets`` are what is secret in that."""

    __slots__ = ("real", "secrets")
    real: Any
    secrets: list[Any]

    def __new__(cls, real: Any, secrets: list[Any] | None = None, shown: str = MARK) -> Concealed:
        """``shown``: the text without its secrets."""
        self = super().__new__(cls, shown)
        self.real, self.secrets = real, [real] if secrets is None else secrets
        return self


def conceal(value: Any) -> Any:
    """``value`` with a Concealed in place of all that is secret; ``value`` itself where nothing is.

    That is: what a Secret holds, wherever it is, and kubectl's copies; variables, flags and keys that are called like a password, a token
    or a key; and these in texts, which may be YAML (a pod in an annotation) or a script.
    """
    if isinstance(value, dict):
        concealed: Any = _secret(value) if value.get("kind") == "Secret" else _map(value)
        return concealed if any(concealed[key] is not value[key] for key in value) else value
    if isinstance(value, list):
        concealed = _list(value)
        return concealed if any(one is not other for one, other in zip(concealed, value, strict=True)) else value
    return _text(value) if isinstance(value, str) and _HINT.search(value) else value


def reveal(value: Any) -> Any:
    """``value`` with all that is concealed in it as it really is."""
    if isinstance(value, Concealed):
        return value.real
    if isinstance(value, dict):
        return {key: reveal(below) for key, below in value.items()}
    return [reveal(item) for item in value] if isinstance(value, list) else value


def secrets_in(value: Any) -> list[Any]:
    """What is secret in ``value``, in which it is concealed."""
    if isinstance(value, dict | list):
        return [secret for below in (value.values() if isinstance(value, dict) else value) for secret in secrets_in(below)]
    return value.secrets if isinstance(value, Concealed) else []


def set_apart(value: Any, known: list[Any]) -> Any:
    """``value`` with what is concealed in it as something else than MARK where its secrets are not among the ``known``."""
    if isinstance(value, dict):
        return {key: set_apart(below, known) for key, below in value.items()}
    if isinstance(value, list):
        return [set_apart(item, known) for item in value]
    if isinstance(value, Concealed) and any(secret not in known for secret in value.secrets):
        return Concealed(value.real, value.secrets, f"{value} and another")
    return value


def _secret(value: Map) -> Map:
    """A Secret: of what it holds, the keys."""
    concealed: Map = {}
    for key, below in value.items():
        if key == "metadata" and isinstance(below, dict):
            concealed[key] = conceal(below)
        elif key in ("data", "stringData") and isinstance(below, dict):
            concealed[key] = {name: below if below is None else Concealed(below) for name, below in below.items()}
        else:
            concealed[key] = below if below is None or (key in PLAIN and isinstance(below, str | bool)) else Concealed(below)
    return concealed


def _map(value: Map) -> Map:
    name = value.get("name")
    is_variable = isinstance(name, str) and _is_secret(name, as_variable=True)
    return {key: Concealed(below) if _is_held(key, below, is_variable) else conceal(below) for key, below in value.items()}


def _is_held(key: str, value: Any, is_variable: bool) -> bool:
    if value is None or value == "":
        return False
    if key == LAST_APPLIED or (is_variable and key == "value"):
        return True
    return isinstance(value, str) and _is_secret(key, as_variable=key.isupper())


def _list(value: list[Any]) -> list[Any]:
    concealed: list[Any] = []
    before = ""
    for item in value:
        is_value = isinstance(item, str) and before.startswith("-") and not item.startswith(("-", "$")) and item != ""
        concealed.append(Concealed(item) if is_value and _is_secret(before.lstrip("-"), as_variable=True) else conceal(item))
        before = item if isinstance(item, str) else ""
    return concealed


def _text(text: str) -> str:
    """A text, YAML first: what is secret in a pod or a values file has a key; else what looks like the value of a secret."""
    if "\n" in text or text[:1] in ("{", "["):
        try:
            documents = parse_all(text)
            if all(isinstance(document, dict | list) for document in documents) and (concealed := conceal(documents)) is not documents:
                return Concealed(text, secrets_in(concealed), write_documents(concealed))
        except (ReadError, TypeError):
            pass  # it is something else
    secrets: list[Any] = []
    shown = _without_values(_ELSEWHERE.sub(lambda match: _noted(match[0], secrets), text), secrets)
    return Concealed(text, secrets, shown) if secrets else text


def _noted(secret: str, secrets: list[Any]) -> str:
    secrets.append(secret)
    return MARK


def _without_values(text: str, secrets: list[Any]) -> str:
    """A text without what it gives to secrets; what is given to something else may be such a gift itself (`--env=TOKEN=x`)."""
    kept, done = "", 0
    for match in _GIVEN.finditer(text):
        name = match["flag"] or match[0].rstrip("\"'=: \t\n")
        if match.start() >= done and _is_secret(name, as_variable=True) and (value := _VALUE.match(text, match.end())):
            kept += text[done : value.start()] + _noted(value[0], secrets)
            done = value.end()
    return kept + text[done:]


@functools.lru_cache(maxsize=4096)  # the same names come again and again
def _is_secret(name: str, as_variable: bool) -> bool:
    """Whether what is called so is a secret."""
    return bool(re.fullmatch(_KEY, name) or (as_variable and re.fullmatch(_VARIABLE, name)))
