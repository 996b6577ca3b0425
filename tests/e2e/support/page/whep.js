// The answer with its UDP candidates led through other ports.
function leadThrough(ports, sdp) {
  if (!ports) return sdp;
  return sdp.split('\r\n').flatMap((line) => {
    if (!line.startsWith('a=candidate:')) return [line];
    const words = line.split(' ');
    const port = words[2].toLowerCase() === 'udp' && !words[4].includes(':') && ports[words[5]];
    return port ? [[...words.slice(0, 4), '127.0.0.1', port, ...words.slice(6)].join(' ')] : [];
  }).join('\r\n');
}

// A plain WHEP player: one offer, one answer (RFC 9725's sibling, draft-ietf-wish-whep).
class WhepPlayer {
  constructor(video) {
    this.video = video;
    this.peer = new RTCPeerConnection();
    this.video.srcObject = new MediaStream();
    this.peer.ontrack = ({ track }) => this.video.srcObject.addTrack(track);
    this.measure = new Measure(this.video, this.peer);
  }

  // Returns the HTTP status; the picture may come before or after. through: {port of the answer's
  // candidates: loopback port to use instead}; other candidates are left out then. configuration: an
  // RTCConfiguration (ICE servers).
  async play(url, { kinds = ['audio', 'video'], through, configuration } = {}) {
    if (configuration) this.peer.setConfiguration(configuration);
    for (const kind of kinds) this.peer.addTransceiver(kind, { direction: 'recvonly' });
    await this.peer.setLocalDescription();
    this.measure.began = performance.now();
    const response = await fetch(url, { method: 'POST', body: this.peer.localDescription.sdp,
      headers: { 'content-type': 'application/sdp' } });
    if (response.status !== 201) return response.status;
    this.location = new URL(response.headers.get('location'), url).href;
    this.layers = new URL(response.headers.get('link').match(/<([^>]*)>; rel="[^"]*:layer"/)[1], url).href;
    const sdp = leadThrough(through, await response.text());
    await this.peer.setRemoteDescription({ type: 'answer', sdp });
    return response.status;
  }

  async stop() {
    const response = this.location && await fetch(this.location, { method: 'DELETE' });
    this.peer.close();
    return response?.status;
  }
}
