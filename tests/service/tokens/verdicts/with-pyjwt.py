# SPDX-FileCopyrightText: The tenant-console authors
# SPDX-License-Identifier: Apache-2.0

"""python3 with-pyjwt.py CORPUS: for each line of the corpus {name, accepted}, one JSON object a line.

PyJWT with every option that its version offers to be strict; it leaves the header's typ to its callers.
"""
import base64
import datetime
import json
import sys

import jwt
import jwt.api_jwt

REQUIRED = ["iss", "aud", "sub", "client_id", "jti", "iat", "nbf", "exp", "scope", "depth"]


def at(seconds):
    """PyJWT reads the time by datetime.now."""

    class Fixed(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.fromtimestamp(seconds, tz)

    return Fixed


def verify(token, jwks):
    kid = jwt.get_unverified_header(token).get("kid")
    keys = []
    for one in jwks["keys"]:
        if one["kid"] == kid:
            keys.append(jwt.PyJWK.from_dict(one))
    jwt.decode(
        token,
        keys[0].key,
        algorithms=["EdDSA"],
        audience="service-vm-tenant",
        issuer="http://127.0.0.1:9221",
        leeway=5,
        options={"require": REQUIRED, "strict_aud": True},
    )


for line in open(sys.argv[1], encoding="utf-8"):
    row = json.loads(line)
    jwt.api_jwt.datetime = at(row["now"])
    try:
        verify(base64.b64decode(row["token"]), json.loads(base64.b64decode(row["jwks"])))
        accepted = True
    except Exception:
        accepted = False
    print(json.dumps({"name": row["name"], "accepted": accepted}))
