// The interface of the application. Every answer says what went wrong in a word: "network", "server",
// "session", "other", "rights", "gone", "conflict", "status" or "content".

const PATIENCE = 20_000;

const cookie = (name) =>
  document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

export class Api {
  constructor(address) {
    this.address = address;
  }

  get(address = this.address) {
    return this.ask(address, { method: "GET" });
  }

  patch(data, options) {
    return this.ask(this.address, { method: "PATCH", data, ...options });
  }

  post(part, data, options) {
    return this.ask(`${this.address}/${part}`, { method: "POST", data, ...options });
  }

  async ask(address, { method, data, keepalive = false }) {
    let response;
    try {
      response = await fetch(address, {
        method,
        keepalive,
        credentials: "same-origin",
        signal: keepalive ? undefined : AbortSignal.timeout(PATIENCE),
        // The token is read anew each time: signing in again gives a new one.
        headers: { Accept: "application/json", ...(data ? { "Content-Type": "application/json" } : {}), "X-CSRFToken": cookie("csrftoken") },
        body: data && JSON.stringify(data),
      });
    } catch {
      return { ok: false, problem: navigator.onLine ? "server" : "network", message: "" };
    }
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return { ok: true, data: answer };
    return { ok: false, problem: problemOf(response.status, answer), message: answer?.message ?? "", errors: answer?.errors ?? [], current: answer?.current };
  }
}

function problemOf(status, answer) {
  if (status === 401) return "session";
  if (answer?.errors?.[0]?.code === "other_user") return "other";
  // Django's own refusal of a token, which has no message of ours: the sign-in has changed.
  if (status === 403) return answer?.message ? "rights" : "session";
  if (status === 404) return "gone";
  if (status === 409) return answer?.current ? "conflict" : "status";
  if (status === 422 || status === 400) return "content";
  return "server";
}
