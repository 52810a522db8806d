"""The forms of names, labels and keys: a function each, and in ``WHAT`` the words for what it takes."""

from __future__ import annotations

LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
LETTERS = LOWER + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PRINTABLE = "".join(map(chr, range(32, 127)))


def is_dns_label(text: str) -> bool:
    """Whether ``text`` is a DNS label (RFC 1123): what containers, volumes and namespaces are called."""
    return 0 < len(text) <= 63 and _begins_and_ends(text, LOWER) and not text.strip(LOWER + "-")


def is_dns_1035(text: str) -> bool:
    """Whether ``text`` is a DNS label that begins with a letter (RFC 1035): what Services and LeaderWorkerSets are called."""
    return is_dns_label(text) and not text[0].isdigit()


def is_dns_subdomain(text: str) -> bool:
    """Whether ``text`` is a DNS subdomain (RFC 1123): what most objects are called."""
    return 0 < len(text) <= 253 and all(_begins_and_ends(part, LOWER) and not part.strip(LOWER + "-") for part in text.split("."))


def is_label_key(text: str) -> bool:
    """Whether ``text`` is a qualified name: the key of a label, an annotation or an extended resource."""
    prefix, slash, name = text.rpartition("/")
    return (is_dns_subdomain(prefix) if slash else True) and name != "" and is_label_value(name)


def is_label_value(text: str) -> bool:
    """Whether ``text`` is the value of a label."""
    return text == "" or (len(text) <= 63 and _begins_and_ends(text, LETTERS) and not text.strip(LETTERS + "-_."))


def is_env_name(text: str) -> bool:
    """Whether ``text`` names an environment variable."""
    return text != "" and "=" not in text and not text.strip(PRINTABLE)


def is_port_name(text: str) -> bool:
    """Whether ``text`` names a port: an IANA service name."""
    return (
        0 < len(text) <= 15
        and _begins_and_ends(text, LOWER)
        and not text.strip(LOWER + "-")
        and "--" not in text
        and text.strip("-0123456789") != ""
    )


def is_config_key(text: str) -> bool:
    """Whether ``text`` is a key of a ConfigMap or Secret."""
    return 0 < len(text) <= 253 and text not in (".", "..") and text[:2] != ".." and not text.strip(LETTERS + "-_.")


def _begins_and_ends(text: str, characters: str) -> bool:
    return text != "" and text[0] in characters and text[-1] in characters


WHAT = {
    is_dns_label: "up to 63 lower-case letters, digits and '-', with a letter or digit at both ends",
    is_dns_1035: "up to 63 lower-case letters, digits and '-', with a letter first and a letter or digit last",
    is_dns_subdomain: "up to 253 lower-case letters, digits, '-' and '.', with a letter or digit at both ends of each part",
    is_label_key: "up to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends, after a DNS name and '/' or by itself",
    is_label_value: "up to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    is_env_name: "one or more printable ASCII characters other than '='",
    is_port_name: "up to 15 lower-case letters, digits and single '-', with at least one letter and none of '-' at the ends",
    is_config_key: "up to 253 letters, digits, '-', '_' and '.', and not begin with '..'",
}
