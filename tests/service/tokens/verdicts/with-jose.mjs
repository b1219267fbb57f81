// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// node with-jose.mjs CORPUS NODE_MODULES: for each line of the corpus {name, jose, strict}, one JSON object a line.
// "jose" is npm jose with every option that its documentation offers to be strict; "strict" is jose behind the checks
// that our documents ask of a verifier, written here anew from the claims and header they list.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";

const [corpus, modules] = process.argv.slice(2);
const jose = await import(pathToFileURL(createRequire(modules + "/").resolve("jose")));

const issuer = "http://127.0.0.1:9221", audience = "service-vm-tenant", leeway = 5, year = 31536000;
const required = ["iss", "aud", "sub", "client_id", "jti", "iat", "nbf", "exp", "scope", "depth"];
const optional = ["tenant", "cnf", "parent"];

function byJose(token, jwks, now) {
  return jose.jwtVerify(token, jose.createLocalJWKSet(jwks), {
    algorithms: ["EdDSA"], typ: "at+jwt", issuer, audience, clockTolerance: leeway, maxTokenAge: year,
    currentDate: new Date(now * 1000), requiredClaims: required,
  });
}

const refuse = (why) => { throw new Error(why); };
const check = (condition, why) => condition || refuse(why);

// One text of base64url for one value.
function decode(part) {
  check(/^[A-Za-z0-9_-]*$/.test(part), "alphabet");
  const bytes = Buffer.from(part, "base64url");
  check(bytes.toString("base64url") === part, "spelling");
  return bytes;
}

// JSON.parse keeps the last of two members of one name: what it kept, written again as our issuer writes, must be all.
function object(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const value = JSON.parse(text);
  check(value !== null && typeof value === "object" && !Array.isArray(value), "no object");
  check(JSON.stringify(value) === text, "another spelling");
  return value;
}

function members(value, needed, allowed = []) {
  check(value !== null && typeof value === "object" && !Array.isArray(value), "no object");
  for (const name of needed) check(Object.hasOwn(value, name), name + " missing");
  for (const name of Object.keys(value)) check(needed.includes(name) || allowed.includes(name), name + " unknown");
}

const P = 2n ** 255n - 19n;
const power = (b, e) => { let r = 1n; for (b %= P; e; e >>= 1n, b = b * b % P) if (e & 1n) r = r * b % P; return r; };
const D = (P - 121665n) * power(121666n, P - 2n) % P;
function goodKey(x) {
  const bytes = decode(x);
  check(bytes.length === 32, "length of a key");
  const y = BigInt("0x" + Buffer.from(bytes).reverse().toString("hex")) & (2n ** 255n - 1n);
  check(y < P, "key above p");
  const y2 = y * y % P, u = (y2 + P - 1n) % P, v = (D * y2 + 1n) % P, x2 = u * power(v, P - 2n) % P;
  check(x2 === 0n || power(x2, (P - 1n) / 2n) === 1n, "off the curve");
  // Orders 4, 1 and 2; of order 8 are the points whose double has y = 0.
  check(![0n, 1n, P - 1n].includes(y) && (D * y2 % P * y2 + 2n * y2 + P - 1n) % P !== 0n, "small order");
}

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const id = (value, what) => check(typeof value === "string" && uuid7.test(value), what);
const plain = (text, most) => check(typeof text === "string" && text.length >= 1 && text.length <= most && text.isWellFormed()
  && !/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u.test(text), "text");
const whole = (value, most) => check(Number.isSafeInteger(value) && value >= 0 && value <= most, "number");

function confirmation(cnf) {
  members(cnf, ["jkt", "jwk"]);
  members(cnf.jwk, ["crv", "kty", "x"]);
  check(cnf.jwk.crv === "Ed25519" && cnf.jwk.kty === "OKP" && typeof cnf.jwk.x === "string", "key");
  goodKey(cnf.jwk.x);
  const text = JSON.stringify({ crv: "Ed25519", kty: "OKP", x: cnf.jwk.x });
  check(cnf.jkt === createHash("sha256").update(text).digest("base64url"), "thumbprint");
}

function rules(claims) {
  members(claims, required, optional);
  check(claims.iss === issuer && claims.aud === audience, "issuer or audience");
  plain(claims.sub, 128);
  plain(claims.client_id, 128);
  for (const name of ["iat", "nbf", "exp"]) whole(claims[name], 253402300799);
  id(claims.jti, "jti");
  check(claims.nbf >= claims.iat - leeway && claims.exp > claims.nbf && claims.exp - claims.iat <= year, "times");
  whole(claims.depth, 8);
  check(typeof claims.scope === "string", "scope");
  if (["service:admin", "service:auditor"].includes(claims.scope)) {
    check(!("tenant" in claims) && !("cnf" in claims) && claims.depth === 0, "administrator of a tenant");
  } else {
    check(/^(READ|USER|INPUT|service:[a-z0-9][a-z0-9._-]{0,62})$/.test(claims.scope), "scope");
    check(typeof claims.tenant === "string" && /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(claims.tenant), "tenant");
    confirmation(claims.cnf);
  }
  check((claims.depth === 0) === !("parent" in claims), "depth and parent");
  if ("parent" in claims) {
    id(claims.parent, "parent");
    check(claims.parent !== claims.jti, "its own parent");
  }
}

async function strictly(bytes, jwks, now) {
  check(bytes.length <= 8192, "length");
  const token = bytes.toString("latin1"), parts = token.split(".");
  check(parts.length === 3, "parts");
  const header = object(decode(parts[0]));
  members(header, ["alg", "typ", "kid"]);
  check(header.alg === "EdDSA" && header.typ === "at+jwt" && typeof header.kid === "string", "header");
  check(decode(header.kid).length === 32, "kid");
  rules(object(decode(parts[1])));
  check(decode(parts[2]).length === 64, "signature");
  const key = jwks.keys.find((one) => one.kid === header.kid);
  check(key && key.kty === "OKP" && key.crv === "Ed25519" && key.alg === "EdDSA", "no such key");
  goodKey(key.x);
  await byJose(token, jwks, now);
}

const verdict = async (judge) => { try { await judge(); return true; } catch { return false; } };
for (const line of readFileSync(corpus, "utf8").trimEnd().split("\n")) {
  const row = JSON.parse(line);
  const bytes = Buffer.from(row.token, "base64"), jwks = JSON.parse(Buffer.from(row.jwks, "base64"));
  console.log(JSON.stringify({
    name: row.name,
    jose: await verdict(() => byJose(bytes.toString("utf8"), jwks, row.now)),
    strict: await verdict(() => strictly(bytes, jwks, row.now)),
  }));
}
