"""A JSON schema of ray.io/v1 RayService: the fields that deploy/ray uses, as KubeRay's reference documents them.

KubeRay's own schema comes as a resource definition of a cluster, not as a package; templates of pods are left to the
schemas of Kubernetes."""

from typing import Any

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_START_PARAMETERS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}
_TEMPLATE: dict[str, Any] = {"type": "object", "required": ["spec"], "properties": {"spec": {"type": "object"}}}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_HEAD = _object(
    ["template"],
    rayStartParams=_START_PARAMETERS,
    template=_TEMPLATE,
    serviceType={"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
)
_WORKERS = _object(
    ["groupName", "template"],
    groupName=_TEXT,
    replicas=_COUNT,
    minReplicas=_COUNT,
    maxReplicas=_COUNT,
    rayStartParams=_START_PARAMETERS,
    template=_TEMPLATE,
)
_CLUSTER = _object(
    ["headGroupSpec"],
    rayVersion=_TEXT,
    enableInTreeAutoscaling={"type": "boolean"},
    headGroupSpec=_HEAD,
    workerGroupSpecs={"type": "array", "items": _WORKERS},
)
RAY_SERVICE = _object(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "ray.io/v1"},
    kind={"const": "RayService"},
    metadata=_object(["name"], name=_TEXT, labels={"type": "object"}),
    spec=_object(
        ["rayClusterConfig"],
        serviceUnhealthySecondThreshold=_COUNT,
        serveConfigV2=_TEXT,
        rayClusterConfig=_CLUSTER,
    ),
)
