"use strict";
// Registers passkeys and signs decisions with them. Binary values travel as base64url without padding.
const $ = id => document.getElementById(id);
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

let shown = null;

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { Authorization: "Bearer " + $("token").value.trim(), ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const said = await answer.text();
  const json = said ? JSON.parse(said) : {};
  if (!answer.ok) throw new Error(`${answer.status} ${json.code ?? ""} ${json.detail ?? ""}`);
  return json;
}

function on(id, where, work) {
  $(id).addEventListener("click", async () => {
    $(where).textContent = "…";
    try {
      $(where).textContent = await work();
    } catch (failure) {
      $(where).textContent = failure.message;
    }
  });
}

async function list() {
  const all = await ask("GET", "/passkeys");
  return all.map(each => `${each.label}, registered ${each.registeredAt}, ${each.id}`).join("\n") || "none";
}

on("list", "passkeys", list);

on("register", "passkeys", async () => {
  const options = await ask("POST", "/passkeys/offers");
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: options.excludeCredentials.map(each => ({ ...each, id: bytes(each.id) })),
    },
  });
  await ask("POST", "/passkeys", {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    label: $("label").value,
  });
  return list();
});

on("show", "plan", async () => {
  shown = await ask("GET", `/changes/${encodeURIComponent($("change").value.trim())}`);
  return `${shown.state}, stage ${shown.stage}\nplan ${shown.planHash}\n${JSON.stringify(shown.plan, null, 2)}`;
});

on("decide", "result", async () => {
  const change = $("change").value.trim();
  if (shown?.changeId !== change) throw new Error("Show first what the change does.");
  const decision = {
    decision: $("decision").value,
    reason: $("reason").value,
    planHash: shown.planHash,
    ...($("stage").value && { stage: $("stage").value }),
  };
  const asked = await ask("POST", `/changes/${encodeURIComponent(change)}/challenges`, decision);
  $("signed").textContent = JSON.stringify(JSON.parse(asked.text), null, 2);
  const given = await navigator.credentials.get({
    publicKey: {
      ...asked.publicKey,
      challenge: bytes(asked.publicKey.challenge),
      allowCredentials: asked.publicKey.allowCredentials.map(each => ({ ...each, id: bytes(each.id) })),
    },
  });
  await ask("POST", `/changes/${encodeURIComponent(change)}/decisions`, {
    ...decision,
    passkey: {
      credentialId: text(given.rawId),
      authenticatorData: text(given.response.authenticatorData),
      clientDataJSON: text(given.response.clientDataJSON),
      signature: text(given.response.signature),
    },
  });
  return `${decision.decision}, signed and sent`;
});
