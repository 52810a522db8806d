"""Security contexts, and the profiles that they name."""

from __future__ import annotations

from modelservice.kubernetes import names
from modelservice.kubernetes.limits import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes


def container(context: Map) -> Mistakes:
    """Mistakes of a container's security context."""
    if context.get("allowPrivilegeEscalation") is False:
        if context.get("privileged"):
            yield ("allowPrivilegeEscalation",), "is false beside privileged: true; must be one of them"
        if "CAP_SYS_ADMIN" in (context.get("capabilities") or {}).get("add", ()):
            yield ("allowPrivilegeEscalation",), "is false beside the added capability CAP_SYS_ADMIN; must be one of them"


def local_profile(profile: Map) -> Mistakes:
    """Mistakes of the path of a seccomp or AppArmor profile."""
    path, kind = profile.get("localhostProfile"), profile.get("type")
    if kind in ("RuntimeDefault", "Unconfined") and path is not None:
        yield ("localhostProfile",), "is there; only the type Localhost takes one"
    elif kind != "Localhost":
        return
    elif path is None:
        yield ("localhostProfile",), "is missing; the type Localhost needs it"
    elif path and not names.is_descending_path(path):
        yield ("localhostProfile",), f"is {quoted(path)}; must be {names.WHAT[names.is_descending_path]}"
