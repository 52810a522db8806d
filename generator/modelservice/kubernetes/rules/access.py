"""Roles, and who has them."""

from __future__ import annotations

from modelservice.kubernetes import names
from modelservice.kubernetes.limits import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes

GROUP = "rbac.authorization.k8s.io"


def policy_rule(rule: Map) -> Mistakes:
    """Mistakes of what a rule is about."""
    if rule.get("nonResourceURLs"):
        if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
            yield ("nonResourceURLs",), "is there beside resources; must be in a rule of its own"
        return
    for field in ("apiGroups", "resources"):
        if not rule.get(field):
            yield (field,), "is missing; a rule about resources needs it"


def role(value: Map) -> Mistakes:
    """Mistakes of a Role, which is about its namespace only."""
    for index, rule in enumerate(value.get("rules", ())):
        if rule.get("nonResourceURLs"):
            yield ("rules", index, "nonResourceURLs"), "is there; only a ClusterRole may have it"


def cluster_role_binding(value: Map) -> Mistakes:
    """Mistakes of a ClusterRoleBinding: its accounts are in no namespace that goes without saying."""
    if (value.get("roleRef") or {}).get("kind") == "Role":
        yield ("roleRef", "kind"), "is Role; must be ClusterRole"
    for index, one in enumerate(value.get("subjects", ())):
        if one.get("kind") == "ServiceAccount" and not one.get("namespace"):
            yield ("subjects", index, "namespace"), "is missing; a ServiceAccount is in a namespace"


def subject(value: Map) -> Mistakes:
    """Mistakes of who has a role."""
    kind, group, name = value.get("kind", ""), value.get("apiGroup", ""), value.get("name", "")
    if not name:
        yield ("name",), "is empty; must be the name of the subject"
    if kind not in ("ServiceAccount", "User", "Group"):
        yield ("kind",), f"is {quoted(kind)}; must be ServiceAccount, User or Group"
    elif kind == "ServiceAccount":
        if name and not names.is_dns_subdomain(name):
            yield ("name",), f"is {quoted(name)}; must be {names.WHAT[names.is_dns_subdomain]}"
        if group:
            yield ("apiGroup",), f"is {quoted(group)}; must be empty for a ServiceAccount"
    elif group not in ("", GROUP):
        yield ("apiGroup",), f"is {quoted(group)}; must be {GROUP} for a {kind}"
