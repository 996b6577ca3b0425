// A plain WHIP publisher (RFC 9725) of a canvas and a tone.
class WhipPublisher {
  // layers: encodings of a simulcast, by rid, highest first.
  constructor({ width = 640, height = 360, hertz = 440, layers } = {}) {
    this.source = new CanvasSource({ width, height, hertz });
    this.peer = new RTCPeerConnection();
    const [audio] = this.source.stream.getAudioTracks();
    const [video] = this.source.stream.getVideoTracks();
    this.transceivers = {
      audio: this.peer.addTransceiver(audio, { direction: 'sendonly' }),
      video: this.peer.addTransceiver(video, { direction: 'sendonly',
        sendEncodings: layers?.map((rid, i) => ({ rid, scaleResolutionDownBy: 2 ** i })) ?? [] }),
    };
  }

  // codecs: {audio: 'PCMU', video: 'AV1'}; of a kind without one all are offered.
  async offer(codecs = {}) {
    for (const [kind, name] of Object.entries(codecs)) {
      const wanted = [`${kind}/${name}`, `${kind}/rtx`].map((type) => type.toLowerCase());
      this.transceivers[kind].setCodecPreferences(RTCRtpSender.getCapabilities(kind).codecs
        .filter(({ mimeType }) => wanted.includes(mimeType.toLowerCase())));
    }
    await this.peer.setLocalDescription();
    return this.peer.localDescription.sdp;
  }

  // Returns the HTTP status.
  async publish(url, codecs) {
    const response = await fetch(url, { method: 'POST', body: await this.offer(codecs),
      headers: { 'content-type': 'application/sdp' } });
    if (response.status !== 201) return response.status;
    this.location = new URL(response.headers.get('location'), url).href;
    this.etag = response.headers.get('etag');
    this.answer = await response.text();
    await this.peer.setRemoteDescription({ type: 'answer', sdp: this.answer });
    return response.status;
  }

  // ICE restart (RFC 9725 section 4.3.3). Returns what patch() does.
  async restart() {
    const valueOf = (text, name) => text.match(new RegExp(`^a=${name}:(.*?)\\r?$`, 'm'))[1];
    this.peer.restartIce();
    await this.peer.setLocalDescription();
    const ours = this.peer.localDescription.sdp;
    const patched = await this.patch(['m=audio 9 UDP/TLS/RTP/SAVPF 0', 'a=mid:0',
      `a=ice-ufrag:${valueOf(ours, 'ice-ufrag')}`, `a=ice-pwd:${valueOf(ours, 'ice-pwd')}`, ''].join('\r\n'), '*');
    if (patched.status !== 200) return patched;
    this.etag = patched.etag;
    const sdp = this.answer
      .replace(/^a=ice-ufrag:.*$/gm, `a=ice-ufrag:${valueOf(patched.body, 'ice-ufrag')}`)
      .replace(/^a=ice-pwd:.*$/gm, `a=ice-pwd:${valueOf(patched.body, 'ice-pwd')}`);
    await this.peer.setRemoteDescription({ type: 'answer', sdp });
    return patched;
  }

  // The user name of the pair in use, ours.
  async usedUfrag() {
    const reports = await this.peer.getStats();
    return [...reports.values()].find((report) => report.type === 'transport').iceLocalUsernameFragment;
  }

  // Returns {status, etag, body}.
  async patch(fragment, ifMatch) {
    const headers = { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': ifMatch };
    const response = await fetch(this.location, { method: 'PATCH', body: fragment, headers });
    return { status: response.status, etag: response.headers.get('etag'), body: await response.text() };
  }

  // What is sent: MIME types by kind, of what has really gone out.
  async sentCodecs() {
    const reports = await this.peer.getStats();
    return Object.fromEntries([...reports.values()]
      .filter((report) => report.type === 'outbound-rtp' && report.packetsSent > 0 && report.codecId)
      .map((report) => [report.kind, reports.get(report.codecId).mimeType]));
  }

  async stop() {
    const response = this.location && await fetch(this.location, { method: 'DELETE' });
    this.peer.close();
    return response?.status;
  }
}
