// What WHIP and WHEP sessions have in common: an offer by POST, media until the end, DELETE.

export class SessionError extends Error {
  // status: of HTTP; 0 = the server could not be reached.
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function problemOf(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).detail || text;
  } catch {
    return text || response.statusText;
  }
}

// Events: onConnected(), onLost(why).
export class HttpSession {
  constructor(url, events) {
    this.url = url;
    this.events = events;
    this.resource = null;
    this.ended = false;
    this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.connection.onconnectionstatechange = () => this.#onState();
  }

  // Rejects with SessionError.
  async start() {
    const offer = await this.connection.createOffer();
    await this.connection.setLocalDescription(offer);
    // The server is ICE-lite and learns our address from the checks: no need to wait for candidates.
    let response;
    try {
      response = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/sdp" },
        body: offer.sdp,
      });
    } catch {
      throw new SessionError(0, "The server cannot be reached.");
    }
    if (response.status !== 201) throw new SessionError(response.status, await problemOf(response));
    this.resource = new URL(response.headers.get("Location"), this.url).href;
    const answer = await response.text();
    if (this.ended) return void this.#remove();
    await this.connection.setRemoteDescription({ type: "answer", sdp: answer });
  }

  stop() {
    if (this.ended) return;
    this.ended = true;
    // DELETE first: a connection that closes by itself has ended the session before it arrives.
    this.#remove().finally(() => this.connection.close());
  }

  #onState() {
    const state = this.connection.connectionState;
    if (this.ended) return;
    if (state === "connected") this.events.onConnected();
    if (state === "failed" || state === "closed") this.events.onLost("The connection was lost.");
  }

  async #remove() {
    if (!this.resource) return;
    const resource = this.resource;
    this.resource = null;
    await fetch(resource, { method: "DELETE", keepalive: true }).catch(() => {});
  }
}
