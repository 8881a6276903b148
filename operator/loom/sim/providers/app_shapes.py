"""The explicit nulls and defaults of Microsoft.App, as recorded traffic shows them: first in the answer to the PUT, then when done."""

from __future__ import annotations

from typing import Any

from loom.sim.documents import overlay

Json = dict[str, Any]

ENVIRONMENT: Json = {
    "daprAIInstrumentationKey": None,
    "daprAIConnectionString": None,
    "vnetConfiguration": None,
    "appLogsConfiguration": {"destination": None, "logAnalyticsConfiguration": None},
    "openTelemetryConfiguration": None,
    "zoneRedundant": False,
    "kedaConfiguration": {"version": "2.17.2"},
    "daprConfiguration": {"version": "1.13.6-msft.6"},
    "customDomainConfiguration": {
        "dnsSuffix": None, "certificateKeyVaultProperties": None, "certificateValue": None, "certificatePassword": None,
        "thumbprint": None, "subjectName": None, "expirationDate": None,
    },
    "appInsightsConfiguration": None,
    "infrastructureResourceGroup": None,
    "peerAuthentication": {"mtls": {"enabled": False}},
    "peerTrafficConfiguration": {"encryption": {"enabled": False}},
}  # fmt: skip
VNET: Json = {
    "internal": False, "infrastructureSubnetId": None, "dockerBridgeCidr": None, "platformReservedCidr": None,
    "platformReservedDnsIP": None,
}  # fmt: skip
CONFIGURATION: Json = {
    "secrets": None, "activeRevisionsMode": None, "ingress": None, "registries": None, "dapr": None, "runtime": None,
    "maxInactiveRevisions": None, "service": None, "identitySettings": [],
}  # fmt: skip
INGRESS: Json = {
    "fqdn": None, "external": False, "targetPort": None, "exposedPort": None, "transport": None, "traffic": None, "customDomains": None,
    "allowInsecure": False, "ipSecurityRestrictions": None, "corsPolicy": None, "clientCertificateMode": None, "stickySessions": None,
    "additionalPortMappings": None,
}  # fmt: skip
TEMPLATE: Json = {
    "revisionSuffix": None, "terminationGracePeriodSeconds": None, "containers": None, "initContainers": None, "scale": None,
    "volumes": None, "serviceBinds": None,
}  # fmt: skip
SCALE: Json = {"minReplicas": None, "maxReplicas": 10, "cooldownPeriod": 300, "pollingInterval": 30, "rules": None}
RESOURCES: Json = {"cpu": 0.5, "memory": "1Gi"}


def environment(properties: Json) -> Json:
    """What an environment shows from the first moment."""
    shaped = overlay(ENVIRONMENT, properties)
    if shaped["vnetConfiguration"] is not None:
        shaped["vnetConfiguration"] = overlay(VNET, shaped["vnetConfiguration"])
    profiles = [{"enableFips": False, **item} for item in shaped.get("workloadProfiles") or []]
    if not any(item.get("name") == "Consumption" for item in profiles):
        profiles.append({"workloadProfileType": "Consumption", "name": "Consumption", "enableFips": False})
    return {**shaped, "workloadProfiles": profiles}


def app(properties: Json) -> Json:
    """What an app shows while its revision is being made."""
    configuration = overlay(CONFIGURATION, properties.get("configuration") or {})
    if configuration["ingress"] is not None:
        configuration["ingress"] = overlay(INGRESS, configuration["ingress"])
    if configuration["secrets"]:
        configuration["secrets"] = [
            {"identity": None, "keyVaultUrl": None, **item} if item.get("keyVaultUrl") else item
            for item in configuration["secrets"]
        ]
    template = overlay(TEMPLATE, properties.get("template") or {})
    return {**properties, "configuration": configuration, "template": template}


def settled_app(properties: Json) -> Json:
    """The same when it is done: defaults have been filled in."""
    configuration = dict(properties["configuration"])
    configuration["activeRevisionsMode"] = configuration["activeRevisionsMode"] or "Single"
    if configuration["ingress"] is not None:
        ingress = dict(configuration["ingress"])
        ingress["exposedPort"] = ingress["exposedPort"] or 0
        ingress["transport"] = ingress["transport"] or "Auto"
        ingress["traffic"] = ingress["traffic"] or [{"weight": 100, "latestRevision": True}]
        configuration["ingress"] = ingress
    template = dict(properties["template"])
    template["revisionSuffix"] = template["revisionSuffix"] or ""
    template["scale"] = overlay(SCALE, template["scale"] or {})
    for key in ("containers", "initContainers"):
        if template[key]:
            template[key] = [_container(item) for item in template[key]]
    return {**properties, "configuration": configuration, "template": template}


def _container(container: Json) -> Json:
    resources = {**RESOURCES, **(container.get("resources") or {})}
    cpu = float(resources["cpu"])
    storage = "1Gi" if cpu <= 0.25 else "2Gi" if cpu <= 0.5 else "4Gi" if cpu <= 1 else "8Gi"
    return {
        **container,
        "resources": {**resources, "ephemeralStorage": resources.get("ephemeralStorage", storage)},
    }
