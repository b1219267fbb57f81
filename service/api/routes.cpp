// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/routes.h"

#include "service/api/handlers.h"
#include "service/http/limits.h"

namespace api {

namespace {

using enum tokens::Permission;
using enum ErrorCode;

// As on the command line, with hyphen or underscore; what `service-fs read` takes several times may stand several
// times.
#define LEDGER_FILTERS                                                                                                 \
    {"tenant-id", true}, {"tenant_id", true}, {"node-id", true}, {"node_id", true}, {"vm-id", true}, {"vm_id", true},  \
        {"token-id", true}, {"token_id", true}, {"actor", true}, {"request-id", true}, {"request_id", true},           \
        {"outcome", true}, {"event-type", true}, {"event_type", true}, "since", "until", "from", "reverse"

const std::vector<Route> Table = {
    {"POST", "/v1/tenants", "Register a tenant", ManageTenants, BodyKind::Required, true, 201, {}, {TenantExists},
        "TenantSpec", "Tenant", registerTenant},
    {"GET", "/v1/tenants", "List tenants; a tenant's token gets its own", ReadTenants, BodyKind::None, false, 200,
        {"state", "q", "limit", "cursor"}, {}, nullptr, "Tenants", listTenants},
    {"GET", "/v1/tenants/{id}", "Show a tenant", ReadTenants, BodyKind::None, false, 200, {}, {NotFound}, nullptr,
        "Tenant", showTenant},
    {"PATCH", "/v1/tenants/{id}", "Change name, limits, labels or plan (merge patch)", ManageTenants,
        BodyKind::Required, true, 200, {"if_over"},
        {NotFound, TenantDeleted, OverQuota, PreconditionFailed, ImmutableField}, "TenantPatch", "Tenant", patchTenant},
    {"DELETE", "/v1/tenants/{id}", "Delete a tenant; its tokens die at once", ManageTenants, BodyKind::None, true, 204,
        {"cascade"}, {NotFound, TenantDeleted, TenantNotEmpty, PreconditionFailed}, nullptr, "Tenant", deleteTenant},
    {"POST", "/v1/tenants/import", "Register many tenants; a row that is refused leaves the others", ManageTenants,
        BodyKind::Required, true, 200, {}, {}, "TenantImport", "ImportResults", importTenants},
    {"POST", "/v1/tenants/{id}/undelete",
        "Bring a deleted tenant back, with its quotas and the VMs it had, within the retention", ManageTenants,
        BodyKind::Optional, true, 204, {}, {NotFound, TenantDeleted, TenantNotDeleted, PreconditionFailed}, nullptr,
        "Tenant", undeleteTenant},
    {"POST", "/v1/tenants/{id}/purge", "Forget what may be forgotten of a deleted tenant, for good", ManageTenants,
        BodyKind::Optional, true, 204, {}, {NotFound, TenantNotDeleted, PreconditionFailed}, nullptr, "Tenant",
        purgeTenant},
    {"POST", "/v1/tenants/{id}/suspend", "Suspend a tenant", ManageTenants, BodyKind::Optional, true, 200, {},
        {NotFound, TenantDeleted, PreconditionFailed}, "Reason", "Tenant", suspendTenant},
    {"POST", "/v1/tenants/{id}/resume", "Resume a suspended tenant", ManageTenants, BodyKind::Optional, true, 200, {},
        {NotFound, TenantDeleted, PreconditionFailed}, nullptr, "Tenant", resumeTenant},

    {"GET", "/v1/plans", "List plans, in the order of their names", ReadPlans, BodyKind::None, false, 200,
        {"limit", "cursor"}, {}, nullptr, "Plans", listPlans},
    {"PUT", "/v1/plans/{name}", "Make a plan or change its limits, and with it those of the tenants that follow it",
        ManagePlans, BodyKind::Required, true, 200, {}, {}, "PlanSpec", "PlanChange", putPlan},
    {"DELETE", "/v1/plans/{name}", "Delete a plan; its tenants keep their limits", ManagePlans, BodyKind::None, true,
        204, {}, {NotFound}, nullptr, "PlanChange", deletePlan},

    {"POST", "/v1/tenants/{id}/tokens", "Issue a capability token", ManageTokens, BodyKind::Required, true, 201, {},
        {NotFound, TenantDeleted, ScopeExceedsParent, DepthExceeded, ExpiryExceedsParent}, "TokenSpec", "IssuedToken",
        issueTenantToken},
    {"GET", "/v1/tenants/{id}/tokens", "List a tenant's tokens, without their texts", ReadTokens, BodyKind::None, false,
        200, {"state", "limit", "cursor"}, {NotFound}, nullptr, "Tokens", listTokens},
    {"POST", "/v1/tokens", "Issue a capability token; the body names the tenant", ManageTokens, BodyKind::Required,
        true, 201, {}, {NotFound, TenantDeleted, ScopeExceedsParent, DepthExceeded, ExpiryExceedsParent},
        "TenantTokenSpec", "IssuedToken", issueToken},
    {"POST", "/v1/tokens/verify", "Say whether a token is valid, and why not", std::nullopt, BodyKind::Required, false,
        200, {}, {InvalidToken, RateLimited}, "TokenText", "VerifiedToken", verifyToken},
    {"POST", "/v1/tokens/explain",
        "Say whether a token may do a thing and by which rule; body, quota and rate are not judged", ReadTokens,
        BodyKind::Required, false, 200, {}, {NotFound}, "Question", "Verdict", explainToken},
    {"POST", "/v1/tenants/{id}/tokens/change-tier",
        "Give keys another tier: a new token each, then the older ones of other tiers are revoked with their "
        "descendants. A row that is refused leaves the others; all that pass are one change",
        ManageTokens, BodyKind::Required, true, 200, {}, {NotFound, TenantDeleted}, "TierRows", "TierResults",
        changeTiers},
    {"POST", "/v1/tokens/{token_id}/rotate",
        "Issue a token in the place of another, which ends after an overlap with all that came from it", ManageTokens,
        BodyKind::Optional, true, 201, {}, {NotFound, TenantDeleted, ExpiryExceedsParent}, "TokenRotation",
        "RotatedToken", rotateToken},
    {"GET", "/v1/tokens/{token_id}", "Show a token, without its text", ReadTokens, BodyKind::None, false, 200, {},
        {NotFound}, nullptr, "Token", showToken},
    {"DELETE", "/v1/tokens/{token_id}", "Revoke a token and all its descendants", ManageTokens, BodyKind::None, true,
        204, {}, {NotFound}, nullptr, "Tokens", revokeToken},
    {"GET", "/.well-known/jwks.json", "The keys that tokens verify with", std::nullopt, BodyKind::None, false, 200, {},
        {}, nullptr, "JwkSet", showKeys},
    {"POST", "/v1/keys/rotate", "Sign with a new key from now on; what the old one signed goes on verifying",
        ManageKeys, BodyKind::Required, true, 200, {}, {}, "KeyName", "KeyRotation", rotateKey},

    {"POST", "/v1/vms", "Register VMs, all or none", WriteVms, BodyKind::Optional, true, 201, {},
        {NotFound, TenantDeleted, QuotaExceeded}, "VmSpec", "VmOrVms", registerVms},
    {"GET", "/v1/vms", "List VMs; a tenant's token sees its own", ReadVms, BodyKind::None, false, 200,
        {"tenant_id", "limit", "cursor"}, {}, nullptr, "Vms", listVms},
    {"GET", "/v1/vms/{vm_id}", "Show a VM", ReadVms, BodyKind::None, false, 200, {}, {NotFound}, nullptr, "Vm", showVm},
    {"DELETE", "/v1/vms/{vm_id}", "Destroy a VM", WriteVms, BodyKind::None, true, 204, {}, {NotFound}, nullptr, "Vm",
        destroyVm},

    {"GET", "/v1/status", "Limits, usage and rate of the token's tenant", ReadStatus, BodyKind::None, false, 200, {},
        {}, nullptr, "Status", showStatus},

    {"GET", "/v1/ledger/entries", "Read the ledger", ReadLedger, BodyKind::None, false, 200,
        {LEDGER_FILTERS, "limit", "cursor", "count"}, {}, nullptr, "Entries", listEntries},
    {"GET", "/v1/ledger/entries/{index}", "The stored bytes of an entry", ReadLedger, BodyKind::None, false, 200, {},
        {NotFound}, nullptr, "Entry", showEntry},
    {"GET", "/v1/ledger/entries/{index}/proof", "An entry's inclusion proof", ReadLedger, BodyKind::None, false, 200,
        {}, {NotFound}, nullptr, "InclusionProof", showProof},
    {"GET", "/v1/ledger/consistency", "Proof that one tree has grown out of another", ReadLedger, BodyKind::None, false,
        200, {"old", "new"}, {NotFound}, nullptr, "ConsistencyProof", showConsistency},
    {"POST", "/v1/ledger/export",
        "Export entries as a file; administrators and auditors. Recorded as AUDIT_EXPORTED, which the file does not "
        "cover",
        ReadLedgerBundles, BodyKind::Required, true, 200, {}, {}, "ExportOrder", "ExportFile", exportLedger},
    {"GET", "/ledger/checkpoint", "The signed checkpoint (C2SP tlog-tiles)", std::nullopt, BodyKind::None, false, 200,
        {}, {NotFound}, nullptr, "Text", showCheckpoint},
    {"GET", "/ledger/tile/entries/{path*}", "An entry bundle (C2SP tlog-tiles)", ReadLedgerBundles, BodyKind::None,
        false, 200, {}, {NotFound}, nullptr, "Bytes", showEntryBundle},
    {"GET", "/ledger/tile/{path*}", "A tile of hashes (C2SP tlog-tiles)", std::nullopt, BodyKind::None, false, 200, {},
        {NotFound}, nullptr, "Bytes", showTile},

    {"GET", "/healthz", "Whether the process answers", std::nullopt, BodyKind::None, false, 200, {}, {}, nullptr,
        "Health", showHealth},
    {"GET", "/readyz", "Whether the ledger can be written", std::nullopt, BodyKind::None, false, 200, {},
        {LedgerUnavailable}, nullptr, "Health", showReadiness},
    {"GET", "/openapi.json", "This description", std::nullopt, BodyKind::None, false, 200, {}, {}, nullptr, "OpenApi",
        showOpenApi},
};

#undef LEDGER_FILTERS

} // namespace

const std::vector<Route> &routes()
{
    return Table;
}

http::Router routerOfAll()
{
    http::Router router;
    for (size_t i = 0; i < Table.size(); ++i)
        router.add(Table[i].method, Table[i].pattern, int(i));
    return router;
}

bool takesIdempotencyKey(const Route &route)
{
    return route.writes;
}

qsizetype bodyLimit(QByteArrayView method, QByteArrayView path)
{
    const bool import = method == "POST" && path == "/v1/tenants/import";
    return import ? MostImportBytes : http::Limits().body;
}

std::vector<ErrorCode> errorsOf(const Route &route)
{
    std::vector<ErrorCode> errors{MalformedRequest, ForeignOrigin, MethodNotAllowed, RequestTimeout, TooLarge,
        TargetTooLong, ExpectationFailed, MisdirectedRequest, HeaderTooLarge, NotImplemented, Unavailable, HttpVersion,
        InvalidField};
    if (route.permission)
        errors.insert(errors.end(), {InvalidToken, InsufficientScope, TenantSuspended, RateLimited});
    if (route.body != BodyKind::None)
        errors.insert(errors.end(), {MalformedJson, UnsupportedMediaType});
    if (route.writes)
        errors.push_back(LedgerUnavailable);
    if (takesIdempotencyKey(route))
        errors.insert(errors.end(), {IdempotencyKeyInUse, IdempotencyKeyReused});
    errors.insert(errors.end(), route.errors.begin(), route.errors.end());
    return errors;
}

} // namespace api
