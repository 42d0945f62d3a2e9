// Passkeys: asks this device for a key (navigator.credentials) and sends its answer with the form around the button.
// Every page works without this script, by password.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const forCreating = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  user: { ...options.user, id: bytes(options.user.id) },
  excludeCredentials: (options.excludeCredentials ?? []).map((key) => ({ ...key, id: bytes(key.id) })),
});
const forGetting = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  allowCredentials: (options.allowCredentials ?? []).map((key) => ({ ...key, id: bytes(key.id) })),
});

const created = (key) => ({
  id: key.id, rawId: text(key.rawId), type: key.type, extensions: {},
  response: {
    attestationObject: text(key.response.attestationObject),
    clientDataJSON: text(key.response.clientDataJSON),
    transports: key.response.getTransports?.() ?? [],
  },
});
const gotten = (key) => ({
  id: key.id, rawId: text(key.rawId), type: key.type, extensions: {},
  response: {
    authenticatorData: text(key.response.authenticatorData),
    clientDataJSON: text(key.response.clientDataJSON),
    signature: text(key.response.signature),
    userHandle: key.response.userHandle ? text(key.response.userHandle) : null,
  },
});

// What the server wants to be asked of the device; its refusal comes in words for people.
const start = async (part, form) => {
  const reply = await fetch(part.dataset.start, {
    method: "POST", credentials: "same-origin", headers: { accept: "application/json" }, body: new URLSearchParams(
      [...new FormData(form)].filter(([name]) => name === "name" || name === "mail")),
  });
  const answer = await reply.json();
  if (reply.ok) return answer;
  throw new Error([answer.detail, ...Object.values(answer.fields ?? {})].join(" "), { cause: "said" });
};

const act = async (part, form, said) => {
  const others = [...form.elements].filter((field) => field.name !== "password");
  const missing = others.find((field) => !field.checkValidity());
  if (missing) { missing.reportValidity(); return; }
  said.textContent = part.dataset.saidWaiting;
  try {
    const asked = await start(part, form);
    const registering = part.dataset.passkey === "register";
    const key = registering
      ? await navigator.credentials.create({ publicKey: forCreating(asked.publicKey) })
      : await navigator.credentials.get({ publicKey: forGetting(asked.publicKey) });
    part.querySelector("[name=ceremony]").value = asked.ceremony;
    part.querySelector("[name=passkey]").value = JSON.stringify(registering ? created(key) : gotten(key));
    form.submit();
  } catch (error) {
    said.textContent = error.cause === "said" ? error.message
      : error.name === "NotAllowedError" || error.name === "AbortError" ? part.dataset.saidStopped
      : error.name === "InvalidStateError" ? part.dataset.saidKnown
      : part.dataset.saidFailed;
  }
};

for (const part of document.querySelectorAll("[data-passkey]")) {
  const [button, said, form] = [part.querySelector("button"), part.querySelector("[role=status]"), part.closest("form")];
  if (!button || !form) continue;
  if (location.origin !== part.dataset.origin && location.hostname !== new URL(part.dataset.origin).hostname) {
    part.querySelector("[data-elsewhere]").hidden = false;
  } else if (!window.PublicKeyCredential) {
    said.textContent = part.dataset.saidUnable;
  } else {
    button.hidden = false;
    button.addEventListener("click", () => act(part, form, said));
  }
}
