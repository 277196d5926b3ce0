// Lets the browser make a passkey or use one, and sends what it says with the form around the button.

for (const part of document.querySelectorAll("[data-passkey]")) {
  if (part instanceof HTMLElement)
    part.querySelector("button")?.addEventListener("click", () => void use(part));
}

/** @param {HTMLElement} part with the question, the button and the line that tells what became of it */
async function use(part) {
  const form = /** @type {HTMLFormElement} */ (part.closest("form"));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input[type=hidden][name$=passkey]"));
  const button = /** @type {HTMLButtonElement} */ (part.querySelector("button"));
  const status = /** @type {HTMLElement} */ (part.querySelector("[role=status]"));
  button.disabled = true;
  status.textContent = "";
  try {
    const question = JSON.parse(part.dataset.question ?? "");
    const credential = part.dataset.passkey === "create" ? await make(question) : await get(question);
    field.value = JSON.stringify(credential);
    form.submit();
  } catch {
    status.textContent = status.dataset.failed ?? "";
    button.disabled = false;
  }
}

/** @param {PublicKeyCredentialCreationOptionsJSON} question */
const make = (question) =>
  navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question),
  });

/** @param {PublicKeyCredentialRequestOptionsJSON} question */
const get = (question) =>
  navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question) });
