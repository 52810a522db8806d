"""Jobs and CronJobs."""

from __future__ import annotations

from modelservice.kubernetes import names
from modelservice.kubernetes.limits import quoted
from modelservice.kubernetes.rules.workloads import template_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes


def job(value: Map) -> Mistakes:
    """Mistakes of a Job's selector and name."""
    spec = value.get("spec") or {}
    if "selector" in spec and not spec.get("manualSelector"):
        yield ("spec", "selector"), "is there; Kubernetes chooses it, unless manualSelector is true"
    name, completions = (value.get("metadata") or {}).get("name", ""), spec.get("completions", 0)
    if spec.get("completionMode") == "Indexed" and completions > 0:
        host = f"{name}-{completions - 1}"
        if names.is_dns_subdomain(name) and not names.is_dns_label(host):
            yield ("metadata", "name"), f"gives its pods the name {quoted(host)}; must be {names.WHAT[names.is_dns_label]}"


def job_spec(spec: Map) -> Mistakes:
    """Mistakes of how a Job runs its pods."""
    template = spec.get("template") or {}
    policy = (template.get("spec") or {}).get("restartPolicy", "")
    if policy in ("", "Always"):
        problem = "is Always" if policy else "is missing, which means Always"
        yield ("template", "spec", "restartPolicy"), f"{problem}; must be OnFailure or Never in a Job"
    elif policy != "Never" and "podFailurePolicy" in spec:
        yield ("template", "spec", "restartPolicy"), f"is {policy}; must be Never with podFailurePolicy"
    yield from template_of(template)
    yield from _indexed(spec)
    if "podFailurePolicy" in spec:
        yield from _failure_policy(spec)


def _indexed(spec: Map) -> Mistakes:
    if spec.get("completionMode") == "Indexed":
        if "completions" not in spec:
            yield ("completions",), "is missing; completionMode Indexed needs it"
    else:
        for field in ("backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"):
            if field in spec:
                yield (field,), "is there; only completionMode Indexed takes it"
    if "maxFailedIndexes" in spec and "backoffLimitPerIndex" not in spec:
        yield ("backoffLimitPerIndex",), "is missing; maxFailedIndexes needs it"


def _failure_policy(spec: Map) -> Mistakes:
    if spec.get("podReplacementPolicy", "Failed") != "Failed":
        yield ("podReplacementPolicy",), f"is {spec['podReplacementPolicy']}; must be Failed with podFailurePolicy"
    pod = (spec.get("template") or {}).get("spec") or {}
    known = {container.get("name") for field in ("containers", "initContainers") for container in pod.get(field, ())}
    for index, rule in enumerate(spec["podFailurePolicy"].get("rules", ())):
        codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions")
        path = ("podFailurePolicy", "rules", index)
        if (codes is None) == (not conditions):
            yield path, "must have one of onExitCodes and onPodConditions"
        if codes and codes.get("containerName", None) not in (None, *known):
            yield (*path, "onExitCodes", "containerName"), f"is {quoted(codes['containerName'])}; must be a container of the pod"
        values = codes.get("values", []) if codes else []
        if values != sorted(values):
            yield (*path, "onExitCodes", "values"), "are not in order; must be, smallest first"
        if 0 in values and (codes or {}).get("operator") == "In":
            yield (*path, "onExitCodes", "values"), "have 0, which is no failure; must be without it"


def cron_job(value: Map) -> Mistakes:
    """Mistakes of a CronJob's time zone."""
    if "TZ" in (value.get("spec") or {}).get("schedule", ""):
        yield ("spec", "schedule"), "has a time zone; must be in timeZone"
