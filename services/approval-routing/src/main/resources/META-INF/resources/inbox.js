// What waits for who is signed in: they see the plan, decide, and sign it with a passkey. Nothing here decides anything:
// approval-routing judges every attempt again.
import { Refusal, ask, begin, listen, pages, signIn, signOut, toBytes, toText } from "./session.js";

const $ = id => document.getElementById(id);
const main = $("main");
let items = [];
let more = false;
let passkeys = [];
let draft = null;

/** An element; children that are strings are text, never markup. */
function el(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.flat(2).filter(each => each !== null && each !== undefined));
  return made;
}

function say(text, kind = "") {
  $("notice").hidden = !text;
  $("notice").className = kind;
  $("notice").textContent = text;
  if (text) $("notice").scrollIntoView({ block: "nearest" });
}

const name = (item, id) => item.labels[id] ?? id;
const words = text => text.replaceAll("-", " ");

function time(text) {
  const minutes = Math.round((new Date(text) - Date.now()) / 60_000);
  const [count, unit] = Math.abs(minutes) < 90 ? [minutes, "minute"]
    : Math.abs(minutes) < 48 * 60 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
  return el("time", { dateTime: text, title: text }, new Intl.RelativeTimeFormat("en").format(count, unit));
}

// ---- what a change does

const parts = value => String(value ?? "").split(",").filter(Boolean);

function side(before, after, isAfter) {
  const [mine, other] = isAfter ? [parts(after), parts(before)] : [parts(before), parts(after)];
  if (!mine.length) return [el("span", { className: "dim" }, isAfter && before !== undefined ? "none" : "—")];
  return mine.flatMap((each, n) => [n ? el("br") : null,
    other.includes(each) ? each : el(isAfter ? "ins" : "del", {}, each)]);
}

function attributes(step, label) {
  const names = [...new Set([...Object.keys(step.before), ...Object.keys(step.after)])];
  return names.map((attribute, n) => el("tr", {},
    el("td", {}, n ? "" : label), el("td", {}, attribute),
    el("td", {}, ...side(step.before[attribute], step.after[attribute], false)),
    el("td", {}, ...side(step.before[attribute], step.after[attribute], true))));
}

function steps(plan) {
  const rows = plan.steps.flatMap(step => [...attributes(step, words(step.name)),
    ...(step.compensation ? attributes(step.compensation, `if a later step fails: ${words(step.compensation.name)}`) : [])]);
  return el("table", {}, el("thead", {}, el("tr", {}, ...["Step", "Attribute", "Before", "After"].map(each => el("th", {}, each)))),
    el("tbody", {}, rows));
}

// ---- who decides

function people(item, stage) {
  const asked = stage.candidates.map(each => {
    const made = item.decisions.find(one => one.stage === stage.name && one.decidedBy === each.id && !one.refusal);
    return el("tr", {},
      el("td", {}, each.label, each.onBehalfOf ? el("span", { className: "dim" }, ` for ${name(item, each.onBehalfOf)}`) : null),
      el("td", { className: made ? "good" : each.eligible ? "" : "dim" }, made ? made.decision.toLowerCase() : each.eligible ? "may decide" : "may not"),
      el("td", { className: "dim" }, each.reason, each.fact
        ? [` (${each.fact}, ${each.factSource}`, each.factObservedAt ? [", read ", time(each.factObservedAt)] : "", ")"].flat() : ""));
  });
  const needs = stage.authentication;
  return [
    el("p", {}, el("strong", {}, words(stage.name)),
      stage.review ? `: a look at what was done${stage.review === "OVERDUE" ? ", overdue" : ""}, due ` : `: ${stage.approvals} of ${stage.quorum} approvals, due `,
      time(stage.expiresAt)),
    stage.held ? el("p", { className: "bad" }, `Held: ${stage.held}`) : null,
    stage.question ? el("p", { className: "bad" }, "The proposer is asked: ", stage.question.split("\n").flatMap((each, n) => n ? [el("br"), each] : [each])) : null,
    stage.sentBack ? el("p", { className: "bad" }, "Sent back: it waits until the proposer amends it.") : null,
    stage.dropped.length ? el("p", { className: "bad" }, `Nobody is behind: ${stage.dropped.join(", ")}`) : null,
    needs ? el("p", { className: "dim" }, [
      needs.passkey && "It is signed with a passkey.",
      needs.acr && `It asks for a sign-in of level ${needs.acr}.`,
      needs.maxAge && `The sign-in may be at most ${Math.round(needs.maxAge / 60)} minutes old.`].filter(Boolean).join(" ")) : null,
    el("table", {}, el("tbody", {}, asked)),
  ];
}

/** Who is asked after that, as things are; nobody is yet. */
function later(stages) {
  return stages.flatMap(stage => [
    el("p", {}, el("strong", {}, words(stage.name)), stage.passedOver ? ": after that, passed over" : `: after that, ${stage.quorum} approvals`),
    stage.passedOver ? el("p", { className: "dim" }, stage.passedOver) : null,
    stage.held ? el("p", { className: "bad" }, `It would be held: ${stage.held}`) : null,
    el("table", {}, el("tbody", {}, stage.candidates.map(each => el("tr", {},
      el("td", {}, each.label), el("td", { className: "dim" }, each.eligible ? "would be asked" : "may not"),
      el("td", { className: "dim" }, each.reason))))),
  ]);
}

// ---- deciding

async function passkeySignature(id, decision) {
  const asked = await ask("POST", `changes/${id}/challenges`, decision);
  const given = await navigator.credentials.get({
    publicKey: {
      ...asked.publicKey,
      challenge: toBytes(asked.publicKey.challenge),
      allowCredentials: asked.publicKey.allowCredentials.map(each => ({ ...each, id: toBytes(each.id) })),
    },
  });
  return {
    credentialId: toText(given.rawId),
    authenticatorData: toText(given.response.authenticatorData),
    clientDataJSON: toText(given.response.clientDataJSON),
    signature: toText(given.response.signature),
  };
}

async function decide(item, stage, kind, form) {
  const decision = {
    decision: kind, reason: form.reason.value, planHash: item.planHash, stage: stage.name, nonce: stage.nonce,
    ...(form.seat?.value && { onBehalfOf: form.seat.value }), ...(kind === "AMENDED" && terms(form)),
  };
  const said = { APPROVED: "Approved", DENIED: "Denied", QUESTIONED: "Asked", SENT_BACK: "Sent back", AMENDED: "Amended", JUSTIFIED: "Found justified", UNJUSTIFIED: "Found not justified" }[kind];
  try {
    const passkey = form.sign?.checked ? await passkeySignature(item.changeId, decision) : null;
    await ask("POST", `changes/${item.changeId}/decisions`, { ...decision, ...(passkey && { passkey }) });
    history.replaceState(null, "", "#inbox");
    say(`${said}${passkey ? " and signed" : ""}: ${title(item)}.`, "good");
    await refresh(true);
  } catch (failure) {
    tell(failure, { change: item.changeId, stage: stage.name, reason: form.reason.value }, stage.authentication);
  }
}

/** What a plan is amended to. */
const terms = form => ({
  ...(form.duration?.value && { duration: form.duration.value }),
  ...(form.start.value && { notBefore: new Date(form.start.value).toISOString() }),
});

const granted = item => item.plan?.steps.find(each => each.after.expires)?.after.expires;

/** Only narrower: what is granted ends sooner, or it starts later. */
function termFields(item) {
  return el("details", {}, el("summary", {}, "Amend the plan: every stage is asked anew"),
    granted(item) ? el("label", {}, `Lasts, shorter than ${granted(item)}`, el("input", { name: "duration", placeholder: "PT1H", pattern: "P.+" })) : null,
    el("label", {}, "Starts", el("input", { name: "start", type: "datetime-local" })));
}

/** Says what was refused; where only an older or weaker sign-in is in the way, offers a new one. */
function tell(failure, kept, needs) {
  say(failure.message, "bad");
  if (failure instanceof Refusal && ["STEP_UP_REQUIRED", "SIGN_IN_NOT_RECENT"].includes(failure.code)) {
    $("notice").append(" ", el("button", {
      type: "button", id: "again", onclick: () => signIn({ acr: needs?.acr, maxAge: 0 }, kept),
    }, "Sign in again"));
  }
}

function decision(item, stage, me) {
  const mine = stage.candidates.some(each => each.id === me.sub && each.eligible) && !stage.held
    && !item.decisions.slice(item.decisions.findLastIndex(each => each.decision === "AMENDED") + 1)
      .some(each => each.stage === stage.name && each.decidedBy === me.sub && !each.refusal && ["APPROVED", "DENIED"].includes(each.decision));
  if (!mine) return null;
  const seats = stage.candidates.filter(each => each.id === me.sub && each.eligible);
  const form = el("form", {});
  const kept = draft?.change === item.changeId && draft.stage === stage.name ? draft.reason : "";
  const button = (kind, text, main) => el("button", {
    type: "button", className: main ? "main" : "", value: kind,
    onclick: () => busy(form, () => decide(item, stage, kind, form)),
  }, text);
  form.append(
    el("strong", {}, `Your decision: ${words(stage.name)}`),
    ...(seats.some(each => each.onBehalfOf) ? [el("label", {}, "In whose place", el("select", { name: "seat" }, seats.map(each =>
      el("option", { value: each.onBehalfOf ?? "" }, each.onBehalfOf ? `for ${name(item, each.onBehalfOf)}` : "my own"))))] : []),
    el("label", {}, "Reason, or your question", el("textarea", { name: "reason", rows: 2, maxLength: 2000, value: kept })),
    passkeys.length
      ? el("label", { className: "inline" }, el("input", { type: "checkbox", name: "sign", checked: true }), "Sign it with my passkey")
      : el("p", { className: "dim" }, "Without a passkey the service vouches for your sign-in. ", el("a", { href: "#passkeys" }, "Register one"), " to sign yourself."),
    ...(stage.review
      ? [button("JUSTIFIED", "It was justified", true), button("UNJUSTIFIED", "It was not")]
      : [button("APPROVED", "Approve", true), button("DENIED", "Deny")]),
    button("QUESTIONED", "Ask the proposer"),
    ...(stage.review ? [] : [button("SENT_BACK", "Send back"), termFields(item), button("AMENDED", "Amend")]));
  return form;
}

/** What who proposed it, or is responsible for that, can do while something is asked of them. */
function proposing(item, me) {
  const asked = item.stages.some(each => each.question || each.sentBack);
  if (!asked || ![item.proposer, item.principal].includes(me.sub)) return null;
  const form = el("form", {});
  const button = (what, text, body) => el("button", {
    type: "button", value: what,
    onclick: () => busy(form, () => ask("POST", `changes/${item.changeId}/${what}`, { text: form.text.value, ...body() })
      .then(() => { say(`${text}: done.`, "good"); return show(); }).catch(failure => tell(failure, null, null))),
  }, text);
  form.append(
    el("strong", {}, "You are asked"),
    el("label", {}, "Your answer, or what you amend and why", el("textarea", { name: "text", rows: 2, maxLength: 2000 })),
    button("answers", "Answer", () => ({})), termFields(item),
    button("amendments", "Amend and ask anew", () => terms(form)), button("withdrawal", "Take it back", () => ({})));
  return form;
}

async function busy(form, work) {
  const buttons = form.querySelectorAll("button");
  buttons.forEach(each => each.disabled = true);
  try {
    await work();
  } finally {
    buttons.forEach(each => each.disabled = false);
  }
}

// ---- pages

const title = item => `${words(item.action)} · ${name(item, item.account)}`;

function list(current) {
  return el("ul", { className: "list" }, items.map(item => el("li", {}, el("a", {
    href: `#${item.changeId}`, ...(item.changeId === current && { ariaCurrent: "true" }),
  }, title(item), el("br"), el("small", {}, `${words(item.stage)} · due `, item.expiresAt ? time(item.expiresAt) : "?")))));
}

function details(item, me) {
  const by = name(item, item.proposer) + (item.principal ? `, for whom ${name(item, item.principal)} is responsible` : "");
  return el("article", {},
    el("h1", {}, title(item)),
    el("p", { className: "dim" }, `${item.reason} · proposed by ${by} · charter ${item.charter} · in ${item.target} · `
      + (item.mode === "OWN" ? "carried out by the mesh" : "carried out by a person")),
    item.held ? el("p", { className: "bad" }, `Held: ${item.held}`) : null,
    el("h2", {}, "What it does"),
    item.plan?.notBefore ? el("p", {}, "Starts ", time(item.plan.notBefore), ".") : null,
    el("p", { className: "risk" }, item.risk
      ? `Risk ${item.risk.score} of 100, reaches ${item.risk.reach} % of what the account holds: ${item.risk.words}.`
      : "Its risk is not known."),
    item.plan ? steps(item.plan) : el("p", { className: "bad" }, "Its plan is not known."),
    el("h2", {}, "The data behind it"),
    el("ul", { className: "facts" }, item.evidence.map(fact =>
      el("li", { className: fact.state === "PRESENT" ? "good" : "bad" }, `${fact.name}: ${fact.state.toLowerCase()}`,
        el("span", { className: "dim" }, fact.value ? ` ${fact.value}` : "", fact.source ? `, from ${fact.source}` : "",
          fact.observedAt ? [", read ", time(fact.observedAt)] : "")))),
    el("h2", {}, "Who decides"), item.stages.flatMap(stage => people(item, stage)), el("section", { id: "later" }),
    item.decisions.length ? [el("h2", {}, "Decided so far"), el("table", {}, el("tbody", {}, item.decisions.map(each => el("tr", {},
      el("td", {}, words(each.stage)), el("td", {}, each.decider?.label ?? (each.decidedBy ? name(item, each.decidedBy) : "by rule"),
        each.onBehalfOf ? ` for ${each.delegator?.label ?? name(item, each.onBehalfOf)}` : ""),
      el("td", { className: each.refusal ? "bad" : "" }, each.refusal ? `refused: ${each.refusal}` : each.decision.toLowerCase()),
      el("td", { className: "dim" }, each.reason), el("td", {}, time(each.decidedAt))))))] : null,
    item.stages.map(stage => decision(item, stage, me)), proposing(item, me),
    el("p", { className: "hash dim" }, `change ${item.changeId}`, el("br"), `plan ${item.planHash}`));
}

function passkeysPage() {
  const form = el("form", {},
    el("label", {}, "Name of a new passkey", el("input", { name: "label", maxLength: 100, required: true, placeholder: "for example: laptop" })),
    el("button", { className: "main" }, "Register"));
  form.onsubmit = event => {
    event.preventDefault();
    busy(form, () => register(form.label.value).catch(failure => tell(failure, null, null)));
  };
  return el("section", {},
    el("h1", {}, "Your passkeys"),
    el("p", { className: "dim" }, "With a passkey you sign a decision yourself: the signature binds this one plan, and anyone can verify it offline."),
    passkeys.length ? el("table", {}, el("tbody", {}, passkeys.map(each => el("tr", {},
      el("td", {}, each.label), el("td", { className: "dim" }, "registered ", time(each.registeredAt)),
      el("td", {}, el("button", { type: "button", onclick: () => revoke(each).catch(failure => tell(failure, null, null)) }, "Revoke"))))))
      : el("p", {}, "None yet."),
    form);
}

async function register(label) {
  const options = await ask("POST", "passkeys/offers");
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: options.excludeCredentials.map(each => ({ ...each, id: toBytes(each.id) })),
    },
  });
  await ask("POST", "passkeys", {
    clientDataJSON: toText(made.response.clientDataJSON), attestationObject: toText(made.response.attestationObject), label,
  });
  passkeys = await ask("GET", "passkeys");
  say(`Registered: ${label}.`, "good");
  show();
}

async function revoke(passkey) {
  const reason = prompt(`Why do you give up “${passkey.label}”? What it signed stands.`);
  if (!reason) return;
  await ask("POST", `passkeys/${passkey.id}/revocation`, { reason });
  passkeys = await ask("GET", "passkeys");
  say(`Revoked: ${passkey.label}.`, "good");
  show();
}

let me;

async function show() {
  const at = location.hash.slice(1) || "inbox";
  for (const link of document.querySelectorAll("nav a")) {
    const here = link.hash === "#passkeys" ? at === "passkeys" : at !== "passkeys";
    link.ariaCurrent = here ? "page" : null;
  }
  $("count").textContent = items.length ? `(${items.length}${more ? "+" : ""})` : "";
  if (at === "passkeys") {
    main.replaceChildren(passkeysPage());
    return;
  }
  let item = items.find(each => each.changeId === at) ?? (at === "inbox" ? items[0] : null);
  if (!item && at !== "inbox") {
    item = await ask("GET", `changes/${encodeURIComponent(at)}`);
  }
  main.replaceChildren(list(item?.changeId), item ? details(item, me) : el("article", {}, el("h1", {}, "Nothing waits for you."),
    el("p", { className: "dim" }, "What comes appears here by itself.")));
  const place = $("later");
  if (item && place) {
    const known = item.later ?? (await ask("GET", `changes/${item.changeId}`).catch(() => null))?.later ?? [];
    place.replaceChildren(...later(known).filter(Boolean));
  }
}

/** Reads the inbox; what somebody is writing, or is about to click and has not changed, is left alone. */
async function refresh(anew = false) {
  const before = JSON.stringify(items);
  ({ items, more } = await pages(after => ask("GET", `inbox?limit=200${after ? `&after=${encodeURIComponent(after)}` : ""}`), 20));
  const drawn = main.childElementCount && items.some(each => location.hash === "" || location.hash.slice(1) === each.changeId);
  if (!anew && drawn && JSON.stringify(items) === before) return;
  const writing = [...main.querySelectorAll("textarea, input[name=label], input[name=duration], input[name=start]")].some(each => each.value);
  if (anew || !writing) await show();
}

const quietly = work => work().catch(failure => say(failure.message, "bad"));

quietly(async () => {
  me = await begin();
  if (!me) return;
  draft = me.draft ?? null;
  $("who").textContent = me.preferred_username ?? me.sub;
  $("sign-out").hidden = false;
  $("sign-out").onclick = signOut;
  passkeys = await ask("GET", "passkeys");
  await refresh();
  window.addEventListener("hashchange", () => {
    say("");
    quietly(show);
  });
  listen("inbox/events", () => quietly(refresh));
});
