// One WHIP session: a publisher of a MediaStream.
import { HttpSession } from "./http_session.js";

// codec: a MIME type that is to be preferred, "video/H264"; empty: the browser's choice.
function prefer(transceiver, kind, codec) {
  if (!codec || !transceiver.setCodecPreferences) return;
  const all = RTCRtpSender.getCapabilities(kind).codecs;
  const first = all.filter(({ mimeType }) => mimeType.toLowerCase() === codec.toLowerCase());
  if (first.length) transceiver.setCodecPreferences([...first, ...all.filter((known) => !first.includes(known))]);
}

export class WhipSession extends HttpSession {
  constructor(url, stream, { videoCodec = "", layers = 1 } = {}, events) {
    super(url, events);
    for (const track of stream.getTracks()) {
      const init = { direction: "sendonly", streams: [stream] };
      if (track.kind === "video" && layers > 1) {
        init.sendEncodings = [
          { rid: "h" },
          { rid: "m", scaleResolutionDownBy: 2 },
          { rid: "l", scaleResolutionDownBy: 4 },
        ].slice(0, layers);
      }
      const transceiver = this.connection.addTransceiver(track, init);
      if (track.kind === "video") prefer(transceiver, "video", videoCodec);
    }
  }

  // What has gone out so far, and when (ms) that was.
  async figures() {
    const figures = { at: performance.now(), frames: 0, bytes: 0, width: 0, height: 0, codec: "", lost: 0 };
    const reports = await this.connection.getStats();
    for (const report of reports.values()) {
      if (report.type === "remote-inbound-rtp") figures.lost = Math.max(figures.lost, report.fractionLost || 0);
      if (report.type !== "outbound-rtp") continue;
      figures.bytes += report.bytesSent;
      if (report.kind !== "video" || (report.frameWidth || 0) < figures.width) continue;
      figures.frames = report.framesSent || 0;
      figures.width = report.frameWidth || 0;
      figures.height = report.frameHeight || 0;
      figures.codec = reports.get(report.codecId)?.mimeType?.split("/")[1] || "";
    }
    return figures;
  }
}
