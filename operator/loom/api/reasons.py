"""The closed list of reasons: every one that a condition of any kind may show, with what it means and what to do.

Nothing else may appear in a status; the manual pages are checked against these lists.
"""

from loom.api.explained import PRODUCTS, WRITERS, ZONES, Explained


class Reason(Explained):
    """Why a condition has its status: one word for programs; the sentence beside it is for people."""

    # All is well
    SUCCEEDED = "Succeeded", "It is so. Nothing is to be done."
    HEALTHY = "Healthy", "Everything measured is well."
    NOTHING_TO_MEASURE = (
        "NothingToMeasure",
        "Nothing that is declared has a health of its own: that it is there is all that can be known.",
    )
    NO_DRIFT = "NoDrift", "Azure holds what is declared."
    # Work goes on by itself
    PROGRESSING = "Progressing", "A write or a long operation is under way."
    PROGRESSING_WITH_RETRY = "ProgressingWithRetry", "A try failed and another follows; the message says what failed."
    THROTTLED = "Throttled", "Azure asked for a pause; work goes on after it."
    CLOUD_UNAVAILABLE = "CloudUnavailable", "Azure answered with a server error or not at all; it is asked again."
    WAITING_FOR_HEALTH = "WaitingForHealth", "Converged, and not yet seen healthy."
    WAITING_FOR_LANDING_ZONE = (
        "WaitingForLandingZone",
        "The landing zone has not brought up yet what is used of it, as the message names it: an app, or its Key Vault.",
        PRODUCTS,
    )
    DEPENDENCY_NOT_READY = "DependencyNotReady", "A resource waits for another one that has failed or is not there yet."
    DELETING = "Deleting", "The object was deleted, and what it made is going."
    # A person asked for it
    SUSPENDED = "Suspended", "spec.suspend is true: nothing is read or written. Set it to false to go on."
    WAITING_FOR_APPROVAL = (
        "WaitingForApproval",
        "policy is Plan and there are changes: read status.plan, then set approvedPlan to its hash, or policy to Manage.",
        WRITERS,
    )
    APPROVAL_OUTDATED = (
        "ApprovalOutdated",
        "approvedPlan is not the hash of today's plan: read status.plan and approve again.",
        WRITERS,
    )
    OBSERVED = "Observed", "policy is Observe: what exists is reported, nothing is compared or changed.", WRITERS
    # Measured, and not well
    DRIFT_FOUND = "DriftFound", "Azure differs from what is declared; status.plan says in which fields.", WRITERS
    DEGRADED = "Degraded", "Something that works in part, or used to work; the message names it.", ZONES
    UNHEALTHY = "Unhealthy", "Converged, but something measured is not well; see Healthy and status.resources."
    NOT_MEASURED = "NotMeasured", "It could not be measured, or has not been yet; that is not the same as well."
    UNREACHABLE = "Unreachable", "No answer, or the wrong one, came from the address; the message names both.", WRITERS
    SECRET_FORBIDDEN = (
        "SecretForbidden",
        "The operator may not read and write that Secret: bind the role loom-secrets to it in the namespace, as the message says.",
        PRODUCTS,
    )
    SECRET_NOT_OURS = (
        "SecretNotOurs",
        "A Secret, or a secret of the Key Vault, of that name is there and was not made by the operator for this object: "
        "name another one, or delete it.",
        PRODUCTS,
    )
    WAITING_FOR_OWNER = (
        "WaitingForOwner",
        "Azure waits for a proof that the custom host is yours: set the DNS record that the message has.",
        ZONES,
    )
    IMAGE_NOT_FOUND = (
        "ImageNotFound",
        "The registry has no such image or tag; push it, or mend the image's name.",
        ZONES,
    )
    IMAGE_PULL_DENIED = (
        "ImagePullDenied",
        "The registry refuses the app's identity; it needs AcrPull there, which takes some minutes to work.",
        ZONES,
    )
    ACTIVATION_FAILED = (
        "ActivationFailed",
        "The app's newest revision did not start; the message says what is known.",
        ZONES,
    )
    CRASH_LOOP = "CrashLoop", "A container of the app starts and ends again and again; its log says why.", ZONES
    PROBE_FAILING = "ProbeFailing", "The app runs, but does not answer its health probe.", ZONES
    PROVISIONING_FAILED = (
        "ProvisioningFailed",
        "Azure could not set up the app or its newest revision; the message is Azure's.",
        ZONES,
    )
    IDLE = (
        "Idle",
        "The app runs nowhere and nothing can wake it: stopped, or no replicas without ingress or a scale rule.",
        ZONES,
    )
    WAITING_FOR_SETTINGS = (
        "WaitingForSettings",
        "The app is not started, because it would idle: it lacks a setting. The message names the field of the spec to add.",
        ZONES,
    )
    MISSING_BACKING_SERVICE = (
        "MissingBackingService",
        "An app lacks what a setting of it speaks of, and is not started; add the field of the spec that the message names.",
        ZONES,
    )
    ROLE_NOT_IN_FORCE = (
        "RoleNotInForce",
        "A role assignment is written but does not work yet, or could not be written.",
        ZONES,
    )
    NOT_PUBLISHED = "NotPublished", "spec.state is Draft. Set it to Published to show the product.", PRODUCTS
    # References and grants
    REFERENCE_NOT_FOUND = (
        "ReferenceNotFound",
        "What is referred to does not exist; the message names it. Make it, or mend the name.",
    )
    REFERENCE_NOT_PERMITTED = (
        "ReferenceNotPermitted",
        "What is referred to is in another namespace and its consumers do not include this one; ask its owner.",
        PRODUCTS,
    )
    NOT_SUITABLE = (
        "NotSuitable",
        "What is attached exists and is not what the zone needs; the message names the field. Attach another, or mend it yourself.",
        ZONES,
    )
    PLACE_TAKEN = (
        "PlaceTaken",
        "The address of an attached service in the plane's DNS zone is another endpoint's: see spec.<service>.existing.privateEndpoint.",
        ZONES,
    )
    NOT_IN_ADMIN_PLANE = (
        "NotInAdminPlane",
        "The admin plane names none of what this needs; its administrator adds it.",
        WRITERS,
    )
    NOT_GRANTED = (
        "NotGranted",
        "No grant of the admin plane covers this, or one was withdrawn. Reading goes on, writing stops, nothing is "
        "deleted. An administrator adds a grant.",
        WRITERS,
    )
    # What the spec asks for cannot be
    INVALID_SPEC = "InvalidSpec", "The spec contradicts itself in a way that the API server could not see; mend it."
    INVALID_OPEN_API = "InvalidOpenApi", "The OpenAPI document does not parse; the message has the line.", PRODUCTS
    INVALID_WSDL = "InvalidWsdl", "The WSDL document cannot be imported; the message has the line.", PRODUCTS
    INVALID_GRAPHQL = "InvalidGraphql", "The GraphQL schema is none; the message has the line.", PRODUCTS
    SOURCE_UNAVAILABLE = (
        "SourceUnavailable",
        "The document behind a link could not be read; the message says why. What was imported stays; it is tried again.",
        PRODUCTS,
    )
    SOURCE_CHANGED = (
        "SourceChanged",
        "The document is no longer the one that was imported; status.plan has the import, and policy Plan waits for its approval.",
        PRODUCTS,
    )
    BREAKING_CHANGE = (
        "BreakingChange",
        "The document would break callers; the message names the operations. Publish it as another version, or set allowBreaking.",
        PRODUCTS,
    )
    ADDRESS_SPACE_OVERLAPS = (
        "AddressSpaceOverlaps",
        "The address space is taken in part; the message names by whom. Take another.",
        ZONES,
    )
    ADDRESS_POOL_EXHAUSTED = (
        "AddressPoolExhausted",
        "The plane's address pools have no range left that the zone may have; the message says which. An administrator adds a pool.",
        ZONES,
    )
    NAME_TAKEN = (
        "NameTaken",
        "Somebody else holds this name, which can be had once: in the world, or in the API Management service. Set another name.",
        WRITERS,
    )
    PATH_TAKEN = (
        "PathTaken",
        "Another API has this path in the API Management service; the message names whose it is. Set another path.",
        PRODUCTS,
    )
    IMMUTABLE_IN_AZURE = (
        "ImmutableInAzure",
        "Azure does not change this once it is made, and it is not replaced for that; take the change back.",
        WRITERS,
    )
    INVALID_REQUEST = "InvalidRequest", "Azure refused the request as wrong; the message is Azure's. Mend the spec."
    NOT_HONORED = (
        "NotHonored",
        "Azure accepted a write and still shows other values; it is not written again until the spec or the rest changes.",
        WRITERS,
    )
    # Ownership
    ADOPTION_REQUIRED = (
        "AdoptionRequired",
        "A resource of this name exists and nobody's marker is on it. Set adoption to Adopt, or take another name.",
        WRITERS,
    )
    OWNED_BY_ANOTHER = (
        "OwnedByAnother",
        "The resource carries the marker of another object, which the message names. Take another name, or let that object have it; a zone "
        "is called by its domain, environment and location.",
        WRITERS,
    )
    # Azure says no
    PERMISSION_DENIED = (
        "PermissionDenied",
        "The operator's identity lacks a permission; the message names it and the scope.",
    )
    CREDENTIAL_INVALID = (
        "CredentialInvalid",
        "No token could be had: the credential has expired, or is not known to the tenant.",
    )
    POLICY_DENIED = (
        "PolicyDenied",
        "An Azure Policy refuses it; the message names the policy. It is tried again slowly.",
        WRITERS,
    )
    LOCKED = "Locked", "A lock on the resource or above it forbids the change. It is tried again slowly.", WRITERS
    QUOTA_EXCEEDED = (
        "QuotaExceeded",
        "A quota of the subscription or of the region is used up; ask for more, or use less.",
        WRITERS,
    )
    PROVIDER_NOT_REGISTERED = (
        "ProviderNotRegistered",
        "The subscription has not registered the resource provider; the message has the command.",
    )
    NOT_AVAILABLE = "NotAvailable", "This cloud or region does not offer it."
    OPERATION_FAILED = (
        "OperationFailed",
        "A long operation was accepted and then failed; the message is Azure's.",
        WRITERS,
    )
    AWAITING_MANUAL_ACTION = (
        "AwaitingManualAction",
        "Azure waits for a person to confirm something; the message names it.",
        ZONES,
    )
    OPERATION_STUCK = (
        "OperationStuck",
        "A long operation has not ended in any reasonable time; it is still being asked.",
        WRITERS,
    )
    # Deletion
    DELETION_BLOCKED = (
        "DeletionBlocked",
        "Something that was to be deleted may not be; the message names it and says why.",
    )
    RETAINED = "Retained", "What holds data stays though the spec no longer has it; deleteData lets it go.", WRITERS
    # Ours
    INTERNAL_ERROR = "InternalError", "A defect of the operator; its log has the details. It tries again slowly."
