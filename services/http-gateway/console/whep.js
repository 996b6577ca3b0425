// One WHEP session: an offer by POST, media until the end, DELETE.

export class WhepError extends Error {
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

// Events: onTrack(MediaStream), onConnected(), onLost(why).
export class WhepSession {
  constructor(url, events) {
    this.url = url;
    this.events = events;
    this.resource = null;
    this.ended = false;
    this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.connection.addTransceiver("video", { direction: "recvonly" });
    this.connection.addTransceiver("audio", { direction: "recvonly" });
    this.stream = new MediaStream();
    this.connection.ontrack = ({ track, receiver }) => {
      // The server sends the last group of pictures at once; what is then late is not worth keeping.
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
      this.stream.addTrack(track);
      this.events.onTrack(this.stream);
    };
    this.connection.onconnectionstatechange = () => this.#onState();
  }

  // Rejects with WhepError.
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
      throw new WhepError(0, "The server cannot be reached.");
    }
    if (response.status !== 201) throw new WhepError(response.status, await problemOf(response));
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

  // What has come so far, and when (ms) that was; `video`: there is a picture at all.
  async figures() {
    const figures = { at: performance.now(), frames: 0, bytes: 0, width: 0, height: 0, video: false };
    for (const report of (await this.connection.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      figures.bytes += report.bytesReceived;
      if (report.kind !== "video") continue;
      figures.video = true;
      figures.frames = report.framesDecoded;
      figures.width = report.frameWidth || 0;
      figures.height = report.frameHeight || 0;
    }
    return figures;
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
