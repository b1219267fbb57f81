// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What each route does. The table in routes.cpp names them.
#pragma once

#include "service/api/exchange.h"

namespace api {

class Api;

void registerTenant(Api &api, Exchange exchange);
void listTenants(Api &api, Exchange exchange);
void showTenant(Api &api, Exchange exchange);
void patchTenant(Api &api, Exchange exchange);
void suspendTenant(Api &api, Exchange exchange);
void resumeTenant(Api &api, Exchange exchange);
void deleteTenant(Api &api, Exchange exchange);
void undeleteTenant(Api &api, Exchange exchange);
void purgeTenant(Api &api, Exchange exchange);

void importTenants(Api &api, Exchange exchange);

void listPlans(Api &api, Exchange exchange);
void putPlan(Api &api, Exchange exchange);
void deletePlan(Api &api, Exchange exchange);

void issueTenantToken(Api &api, Exchange exchange);
void issueToken(Api &api, Exchange exchange);
void listTokens(Api &api, Exchange exchange);
void showToken(Api &api, Exchange exchange);
void revokeToken(Api &api, Exchange exchange);
void verifyToken(Api &api, Exchange exchange);
void explainToken(Api &api, Exchange exchange);
void changeTiers(Api &api, Exchange exchange);
void rotateToken(Api &api, Exchange exchange);
void rotateKey(Api &api, Exchange exchange);

void registerVms(Api &api, Exchange exchange);
void listVms(Api &api, Exchange exchange);
void showVm(Api &api, Exchange exchange);
void destroyVm(Api &api, Exchange exchange);

void showStatus(Api &api, Exchange exchange);
void showKeys(Api &api, Exchange exchange);
void showHealth(Api &api, Exchange exchange);
void showReadiness(Api &api, Exchange exchange);
void showOpenApi(Api &api, Exchange exchange);

void listEntries(Api &api, Exchange exchange);
void showEntry(Api &api, Exchange exchange);
void showProof(Api &api, Exchange exchange);
void exportLedger(Api &api, Exchange exchange);
void showConsistency(Api &api, Exchange exchange);
void showCheckpoint(Api &api, Exchange exchange);
void showTile(Api &api, Exchange exchange);
void showEntryBundle(Api &api, Exchange exchange);

} // namespace api
