// One WHEP session: a player.
import { HttpSession } from "./http_session.js";

// Events: onTrack(MediaStream), and those of HttpSession.
export class WhepSession extends HttpSession {
  constructor(url, events) {
    super(url, events);
    this.connection.addTransceiver("video", { direction: "recvonly" });
    this.connection.addTransceiver("audio", { direction: "recvonly" });
    this.stream = new MediaStream();
    this.connection.ontrack = ({ track, receiver }) => {
      // The server sends the last group of pictures at once; what is then late is not worth keeping.
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
      this.stream.addTrack(track);
      this.events.onTrack(this.stream);
    };
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
}
