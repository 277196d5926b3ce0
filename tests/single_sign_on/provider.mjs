// A real OpenID provider (npm `oidc-provider`, certified) for tests, with its own sign-in pages for development.
//
//   node provider.mjs FILE
//
// FILE holds {port, client, secret, redirect_uri, logout_uri, accounts: {NAME: claims}}; it is read anew at each
// request, so that a test can change what the provider knows. Whoever types NAME is NAME.

import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";

const known = () => JSON.parse(readFileSync(process.argv[2], "utf8"));
const { port, client, secret, redirect_uri, logout_uri } = known();

const key = (kid) => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "ES256" };
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: client,
      client_secret: secret,
      redirect_uris: [redirect_uri],
      response_types: ["code"],
      grant_types: ["authorization_code"],
      id_token_signed_response_alg: "ES256",
      backchannel_logout_uri: logout_uri,
      backchannel_logout_session_required: true,
    },
  ],
  jwks: { keys: [key("one")] },
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"] },
  conformIdTokenClaims: false,
  // The site under test is on this very machine, which the provider refuses to call by default.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
  features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
  enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
  findAccount: (_context, name) => ({
    accountId: name,
    claims: () => ({ sub: name, ...known().accounts[name] }),
  }),
});

provider.on("backchannel.error", (_context, error) => process.stderr.write(`${error.stack}\n`));
provider.listen(port, "127.0.0.1", () => process.stdout.write("listening\n"));
