// The sign-in: OpenID Connect, authorization code with PKCE (RFC 7636), as a public client. Tokens stay in this page's memory:
// a reload asks the identity provider again, which still knows who signed in.
const KEPT = "remit.sign-in";

let provider;
let client;
let tokens;

/** An answer that is not what was asked for. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `the service answers ${status}`);
    this.status = status;
    this.code = problem.code ?? "";
  }
}

export const toBytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
export const toText = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const random = () => toText(crypto.getRandomValues(new Uint8Array(32)));
const home = () => location.origin + location.pathname;

async function json(answer) {
  const said = await answer.text();
  let body = {};
  try {
    body = said ? JSON.parse(said) : {};
  } catch {
    // not ours: its status says enough
  }
  if (!answer.ok) throw new Refusal(answer.status, { ...body, detail: body.detail ?? body.error_description });
  return body;
}

function claims(token) {
  return JSON.parse(new TextDecoder().decode(toBytes(token.split(".")[1])));
}

async function exchange(form) {
  const given = await json(await fetch(provider.token_endpoint, {
    method: "POST", body: new URLSearchParams({ client_id: client, ...form }),
  }));
  tokens = { access: given.access_token, refresh: given.refresh_token, id: given.id_token, until: Date.now() + given.expires_in * 1000 };
}

/** Whoever is signed in, by the claims of their access token; goes to the identity provider if nobody is. */
export async function begin() {
  const settings = await json(await fetch("sign-in"));
  client = settings.client;
  provider = await json(await fetch(`${settings.issuer}/.well-known/openid-configuration`));
  const asked = new URLSearchParams(location.search);
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  if (asked.has("error")) {
    history.replaceState(null, "", home() + (kept?.at || ""));
    throw new Error(`The sign-in failed: ${asked.get("error_description") ?? asked.get("error")}. Reload the page to sign in.`);
  }
  if (!asked.has("code") || kept?.state !== asked.get("state")) {
    await signIn({});
    return null;
  }
  history.replaceState(null, "", home() + (kept.at || ""));
  await exchange({ grant_type: "authorization_code", code: asked.get("code"), redirect_uri: home(), code_verifier: kept.verifier });
  return { ...claims(tokens.access), draft: kept.draft };
}

// what leaving the page breaks off, a refresh of the tokens for one, must not send it somewhere else
let leaving = false;

function cameBack(shown) {
  if (!shown.persisted) return;
  leaving = false;
  if (!tokens) location.reload();
}

function leave(url) {
  leaving = true;
  addEventListener("pageshow", cameBack);
  // stopped, or answered by what is no page: it is still this one
  setTimeout(() => { leaving = false; }, 60_000);
  location.assign(url);
}

/**
 * Goes to the identity provider.
 *
 * asked.acr: authentication context class, which a provider that knows claims is to give or to refuse (OpenID Connect Core,
 * 5.5.1.1), any other to give if it can; asked.maxAge: seconds since the sign-in (3.1.2.1); draft: what to come back to.
 */
export async function signIn(asked, draft) {
  if (leaving) return;
  const kept = { state: random(), verifier: random(), at: location.hash, draft };
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
  leaving = true;
  let challenge;
  try {
    challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(kept.verifier));
  } catch (failure) {
    leaving = false;
    throw failure;
  }
  leave(`${provider.authorization_endpoint}?` + new URLSearchParams({
    response_type: "code", client_id: client, redirect_uri: home(), scope: "openid", state: kept.state,
    code_challenge: toText(challenge), code_challenge_method: "S256",
    ...(asked.acr && { acr_values: asked.acr }),
    ...(asked.acr && provider.claims_parameter_supported
      && { claims: JSON.stringify({ id_token: { acr: { essential: true, values: [asked.acr] } } }) }),
    ...(asked.maxAge !== undefined && { max_age: asked.maxAge }),
  }));
}

export function signOut() {
  const url = `${provider.end_session_endpoint}?` + new URLSearchParams({
    id_token_hint: tokens.id, post_logout_redirect_uri: home(),
  });
  tokens = null;
  leave(url);
}

async function access() {
  if (Date.now() > tokens.until - 20_000) {
    try {
      await exchange({ grant_type: "refresh_token", refresh_token: tokens.refresh });
    } catch {
      await signIn({});
      throw new Error("Signing in again…");
    }
  }
  return tokens.access;
}

/** What the service answers, as JSON. */
export async function ask(method, path, body) {
  return json(await fetch(path, {
    method,
    headers: { Authorization: `Bearer ${await access()}`, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  }));
}

/**
 * All items of a list that comes in pages; of a very long one the first, and that there are more.
 *
 * read: answers {items, next} of the page after a place; most: how many pages are read
 */
export async function pages(read, most) {
  const all = new Map();
  let after = null;
  for (let page = 0; page < most; page++) {
    const answer = await read(after);
    for (const item of answer.items) all.set(item.changeId, item);
    if (!answer.next) return { items: [...all.values()], more: false };
    after = answer.next;
  }
  return { items: [...all.values()], more: true };
}

/** Calls told whenever the service says that something moved (server-sent events); connects again by itself. */
export async function listen(path, told) {
  let seen;
  for (let failed = 0; ; failed = Math.min(failed + 1, 5)) {
    try {
      const answer = await fetch(path, {
        headers: { Authorization: `Bearer ${await access()}`, Accept: "text/event-stream", ...(seen && { "Last-Event-ID": seen }) },
      });
      if (!answer.ok) throw new Refusal(answer.status, {});
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { value, done } = await reader.read();
        if (done) break;
        failed = 0;
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) seen = /^id:(.*)$/m.exec(block)?.[1].trim() ?? seen;
        if (blocks.some(block => /^event:/m.test(block))) told();
      }
    } catch {
      // said by whatever is asked next; the list is read anew when the stream is back
    }
    await new Promise(resolve => setTimeout(resolve, 1000 * 2 ** failed));
  }
}
