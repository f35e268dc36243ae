// Verifies bundle.json by trusted-root.json and statement.pem, then every tampered copy of it.
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";

const text = readFileSync("bundle.json", "utf8");
const key = createPublicKey(readFileSync("statement.pem"));
const hint = createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest("base64");
const trust = toTrustMaterial(
  TrustedRoot.fromJSON(JSON.parse(readFileSync("trusted-root.json", "utf8"))),
  (named) => {
    if (named !== hint) throw new Error(`no key ${named}`);
    return { publicKey: key, validFor: () => true };
  },
);
// the key is our own: no certificate authority, so no certificate transparency
const verifier = new Verifier(trust, { ctlogThreshold: 0, tlogThreshold: 1, timestampThreshold: 1 });

/** What the verified envelope says; fails if it does not verify. */
function verified(candidate) {
  const bundle = bundleFromJSON(JSON.parse(candidate));
  verifier.verify(toSignedEntity(bundle));
  return bundle.content.dsseEnvelope.payload.toString("base64");
}

const payload = verified(text);
const bytes = Buffer.from(text, "utf8");
const said = { payload, flipped: 0, forged: [], changed: 0, unnoticed: [] };

// every ninth byte, another bit each time: a verification takes milliseconds
for (let n = 0; n < bytes.length; n += 9) {
  const copy = Buffer.from(bytes);
  copy[n] ^= 1 << (n % 8);
  said.flipped++;
  try {
    if (verified(copy.toString("utf8")) !== payload) said.forged.push(n);
  } catch {
    // refused
  }
}

/** Every text altered, every member and element taken out. */
function* changes(node, path) {
  for (const name of Object.keys(node)) {
    const value = node[name];
    const here = `${path}/${name}`;
    if (typeof value === "string") {
      const middle = value.length >> 1;
      const other = value[middle] === "1" ? "2" : /[0-9]/.test(value[middle]) ? "1" : value[middle] === "A" ? "B" : "A";
      node[name] = value.slice(0, middle) + other + value.slice(middle + 1);
      yield here;
      node[name] = value;
    } else {
      yield* changes(value, here);
    }
    if (Array.isArray(node)) {
      node.splice(name, 1);
      yield `${here} removed`;
      node.splice(name, 0, value);
    } else {
      delete node[name];
      yield `${here} removed`;
      node[name] = value;
    }
  }
}

const copy = JSON.parse(text);
for (const change of changes(copy, "")) {
  said.changed++;
  try {
    if (verified(JSON.stringify(copy)) !== payload) said.forged.push(change);
    said.unnoticed.push(change);
  } catch {
    // refused
  }
}
console.log(JSON.stringify(said));
