// A plain WHEP player: one offer, one answer (RFC 9725's sibling, draft-ietf-wish-whep).
class WhepPlayer {
  constructor(video) {
    this.video = video;
    this.peer = new RTCPeerConnection();
    this.video.srcObject = new MediaStream();
    this.peer.ontrack = ({ track }) => this.video.srcObject.addTrack(track);
    this.measure = new Measure(this.video, this.peer);
  }

  // Returns the HTTP status; the picture may come before or after.
  async play(url, { kinds = ['audio', 'video'] } = {}) {
    for (const kind of kinds) this.peer.addTransceiver(kind, { direction: 'recvonly' });
    await this.peer.setLocalDescription();
    this.measure.began = performance.now();
    const response = await fetch(url, { method: 'POST', body: this.peer.localDescription.sdp,
      headers: { 'content-type': 'application/sdp' } });
    if (response.status !== 201) return response.status;
    this.location = new URL(response.headers.get('location'), url).href;
    await this.peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    return response.status;
  }

  async stop() {
    const response = this.location && await fetch(this.location, { method: 'DELETE' });
    this.peer.close();
    return response?.status;
  }
}
