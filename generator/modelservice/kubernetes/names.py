"""What objects are called, and the forms of names, labels, keys, paths and addresses.

A form is a function; ``WHAT`` has the words for what each of them takes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Identity = tuple[str, str, str, str]
"""Group, kind, namespace and name."""

LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
LETTERS = LOWER + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PRINTABLE = "".join(map(chr, range(32, 127)))


def identity(obj: Any) -> Identity:
    """What tells an object, which may be anything, from others: group, kind, namespace and name, each empty where it says none.

    The version of the group is not in it. Where the API server makes the name, what that begins with stands for it.
    """
    if not isinstance(obj, dict):
        return "", "", "", ""
    metadata = metadata_of(obj)
    group = str(obj.get("apiVersion") or "").rpartition("/")[0]
    name = metadata.get("name") or metadata.get("generateName") or ""
    return group, str(obj.get("kind") or ""), str(metadata.get("namespace") or ""), str(name)


def metadata_of(obj: Any) -> dict[str, Any]:
    """The metadata of an object, which may be anything; empty where it has none that is a map."""
    metadata = obj.get("metadata") if isinstance(obj, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def namespace_of(obj: Any) -> str:
    """The namespace that an object is in, which is `default` where it says none."""
    return identity(obj)[2] or "default"


def named(obj: Any) -> str:
    """Kind and name of an object, for messages: `Deployment llama`."""
    _, kind, _, name = identity(obj)
    return f"{kind} {name or 'without a name'}"


def reference_to(obj: Any) -> str:
    """Kind and name of an object, as kubectl takes them: `Deployment/llama`."""
    _, kind, _, name = identity(obj)
    return f"{kind}/{name}"


def is_dns_label(text: str) -> bool:
    """Whether ``text`` is a DNS label (RFC 1123): what containers, volumes and namespaces are called."""
    return 0 < len(text) <= 63 and _begins_and_ends(text, LOWER) and not text.strip(LOWER + "-")


def is_dns_1035(text: str) -> bool:
    """Whether ``text`` is a DNS label that begins with a letter (RFC 1035): what Services and LeaderWorkerSets are called."""
    return is_dns_label(text) and not text[0].isdigit()


def is_dns_subdomain(text: str) -> bool:
    """Whether ``text`` is a DNS subdomain (RFC 1123): what most objects are called."""
    return 0 < len(text) <= 253 and all(_begins_and_ends(part, LOWER) and not part.strip(LOWER + "-") for part in text.split("."))


def is_wildcard_host(text: str) -> bool:
    """Whether ``text`` is a host name, or `*.` before one."""
    return is_dns_subdomain(text.removeprefix("*."))


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


def is_path_segment(text: str) -> bool:
    """Whether ``text`` can be a part of an URL's path: what Roles and metrics are called."""
    return text not in ("", ".", "..") and "/" not in text and "%" not in text


def is_header_name(text: str) -> bool:
    """Whether ``text`` names an HTTP header."""
    return text != "" and not text.strip(LETTERS + "-")


def is_driver_name(text: str) -> bool:
    """Whether ``text`` names a CSI or DRA driver."""
    return len(text) <= 63 and is_dns_subdomain(text.lower())


def is_sysctl_name(text: str) -> bool:
    """Whether ``text`` names a kernel parameter."""
    return len(text) <= 253 and all(
        _begins_and_ends(part, LOWER) and not part.strip(LOWER + "-_") for part in text.replace("/", ".").split(".")
    )


def is_filled(text: str) -> bool:
    """Whether ``text`` is not empty."""
    return text != ""


def is_image(text: str) -> bool:
    """Whether ``text`` may be an image: more than that it is there, without space around it, is left to whoever pulls it."""
    return text != "" and text == text.strip()


def is_upward_free(text: str) -> bool:
    """Whether ``text`` is a path without `..`."""
    return text != "" and ".." not in text.split("/")


def is_descending_path(text: str) -> bool:
    """Whether ``text`` is a relative path without `..`."""
    return is_upward_free(text) and text[0] != "/"


def is_local_path(text: str) -> bool:
    """Whether ``text`` is a relative path for a file of a volume: `..` begins the names that Kubernetes keeps for itself."""
    return is_descending_path(text) and text[:2] != ".."


def is_absolute_path(text: str) -> bool:
    """Whether ``text`` is an absolute path."""
    return text[:1] == "/"


def is_ip(text: str) -> bool:
    """Whether ``text`` is an IPv4 or IPv6 address."""
    from ipaddress import ip_address  # few objects have addresses  # noqa: PLC0415

    try:
        return str(ip_address(text)) != "" and "%" not in text
    except ValueError:
        return False


def is_cidr(text: str) -> bool:
    """Whether ``text`` is a block of addresses."""
    from ipaddress import ip_network  # few objects have addresses  # noqa: PLC0415

    try:
        return "/" in text and str(ip_network(text, strict=False)) != ""
    except ValueError:
        return False


def is_search_domain(text: str) -> bool:
    """Whether ``text`` is a domain that short names are looked for in: `.`, or one whose parts may begin with `_`."""
    parts = text.removesuffix(".").split(".")
    return text == "." or (len(text) <= 254 and is_dns_subdomain(".".join(part.removeprefix("_").replace("_", "-") for part in parts)))


def is_time_zone(text: str) -> bool:
    """Whether ``text`` looks like the name of a time zone; whether there is one of this name is left open."""
    parts = text.split("/")
    return text != "Local" and all(0 < len(part) <= 14 and not part.strip(LETTERS + "-_.+") and part not in (".", "..") for part in parts)


def is_attribute(text: str) -> bool:
    """Whether ``text`` names an attribute of devices, with its domain."""
    domain, slash, name = text.partition("/")
    return slash != "" and is_dns_subdomain(domain) and 0 < len(name) <= 32 and not name[0].isdigit() and not name.strip(LETTERS + "_/")


def is_device_expression(text: str) -> bool:
    """Whether ``text`` may be a CEL expression that chooses devices: whether it can be compiled is left open."""
    return any(word in text for word in ("device", "true", "false", "=="))


def is_cron(text: str) -> bool:
    """Whether ``text`` is a schedule of five fields or a name such as `@hourly`; whether each number is in its range is left open."""
    if text[:1] == "@":
        names = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
        return text in names or (text[:7] == "@every " and text[7:].strip(LETTERS + ".µ") == "" and text[7:8].isdigit())
    fields = text.split()
    return len(fields) == 5 and all(field.strip(LETTERS + "*/,-?") == "" and field.strip(",/-") == field for field in fields)


def _begins_and_ends(text: str, characters: str) -> bool:
    return text != "" and text[0] in characters and text[-1] in characters


WHAT = {
    is_dns_label: "up to 63 lower-case letters, digits and '-', with a letter or digit at both ends",
    is_dns_1035: "up to 63 lower-case letters, digits and '-', with a letter first and a letter or digit last",
    is_dns_subdomain: "up to 253 lower-case letters, digits, '-' and '.', with a letter or digit at both ends of each part",
    is_wildcard_host: "a DNS name in lower case, after '*.' or by itself",
    is_label_key: "up to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends, after a DNS name and '/' or by itself",
    is_label_value: "up to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    is_env_name: "one or more printable ASCII characters other than '='",
    is_port_name: "up to 15 lower-case letters, digits and single '-', with at least one letter and none of '-' at the ends",
    is_path_segment: "a name without '/' and '%'",
    is_header_name: "one or more letters, digits and '-'",
    is_driver_name: "a DNS name of up to 63 characters, such as csi.example.com",
    is_sysctl_name: "a kernel parameter such as net.core.somaxconn",
    is_filled: "filled",
    is_image: "an image such as registry/name:tag, without space around it",
    is_upward_free: "a path without '..'",
    is_descending_path: "a relative path without '..'",
    is_local_path: "a relative path that does not begin with '..' nor contain it",
    is_absolute_path: "an absolute path",
    is_ip: "an IP address",
    is_cidr: "a block of addresses such as 10.0.0.0/8",
    is_search_domain: "a DNS name",
    is_time_zone: "a time zone such as Europe/Berlin",
    is_attribute: "an attribute with its domain, as in example.com/model",
    is_device_expression: "a CEL expression about the device, as in device.attributes['example.com'].model == 'a'",
    is_cron: "a schedule of five fields, as in */5 * * * *, or @hourly and the like",
    is_config_key: "up to 253 letters, digits, '-', '_' and '.', and not begin with '..'",
}
