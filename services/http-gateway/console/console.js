// The console: the list of live streams, asked for each second, and one player.
import { WhepSession } from "./whep.js";

const REFRESH_MS = 1000;
const RETRY_MS = 2000; // between attempts while the stream is there
const SILENT_S = 5; // without a frame or a byte: start again

const $ = (id) => document.getElementById(id);
const element = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

// --- Words ---

const PROTOCOLS = { rtmp: "RTMP", webrtc: "WebRTC", whip: "WebRTC (WHIP)", websdk: "WebRTC (Web SDK)", rtsp: "RTSP" };
const CODECS = { H264: "H.264", H265: "H.265", opus: "Opus", PCMU: "G.711 µ-law", PCMA: "G.711 A-law" };

const protocolWords = (stream) => PROTOCOLS[stream.protocol] || stream.protocol || "unknown";
const codecWords = (track) => CODECS[track.codec] || track.codec;
const codecsWords = (stream) => [stream.video, stream.audio].filter(Boolean).map(codecWords).join(" + ") || "—";
const sizeWords = (stream) => {
  if (!stream.video) return "sound only";
  if (!stream.video.width) return "—";
  return `${stream.video.width} × ${stream.video.height}`;
};
const rateWords = (stream) => (stream.video?.frameRate ? `${Math.round(stream.video.frameRate)} frames/s` : "");
const layerWords = (stream) => (stream.layers || []).map(({ width, height }) => (width ? `${width} × ${height}` : "—")).join(", ");
const bitrateWords = (bps) => {
  if (!bps) return "—";
  return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`;
};
const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;
const renditionWords = (rendition) =>
  `as ${rendition.codec ? codecWords(rendition) : rendition.profile}: ${bitrateWords(rendition.bitrateBps)}, ` +
  plural(rendition.subscribers, "subscriber", "subscribers");
const remarkWords = (stream) => stream.remark || (stream.video?.bFrames ? "has B-frames" : "");
const nameKey = (name) => encodeURIComponent(name);

// --- The player ---

const player = {
  name: null, // of the stream that is wanted
  since: 0, // of the publication that is played
  session: null,
  retry: 0,
  watch: 0,
  last: null, // figures of a second ago
  silentFor: 0,
};

function say(kind, words, veil = kind !== "good") {
  $("player-dot").className = `dot ${kind}`;
  $("player-state").textContent = words;
  $("veil").textContent = words;
  $("veil").hidden = !veil;
  $("video").controls = !veil;
}

const playingWords = () => ($("video").muted ? "Playing without sound" : "Playing live");

function showFigures(figures) {
  const list = $("player-figures");
  list.replaceChildren();
  for (const [term, value] of figures) {
    const pair = element("div");
    pair.append(element("dt", "", term), element("dd", "", value));
    list.append(pair);
  }
}

function endSession() {
  clearTimeout(player.retry);
  clearInterval(player.watch);
  player.session?.stop();
  player.session = null;
  player.last = null;
  player.silentFor = 0;
  showFigures([]);
}

function play(stream) {
  endSession();
  player.name = stream.name;
  $("player").hidden = false;
  $("player-name").textContent = stream.name;
  $("video").muted = false;
  $("player").scrollIntoView({ block: "nearest", behavior: "smooth" });
  connect(stream);
  render();
}

function stop() {
  endSession();
  player.name = null;
  $("video").srcObject = null;
  $("player").hidden = true;
  render();
}

async function connect(stream) {
  endSession();
  player.since = stream.since;
  say("wait", "Connecting…");
  const session = new WhepSession(new URL(`/whep/${nameKey(stream.name)}`, location.href).href, {
    onTrack: (media) => showMedia(session, media),
    onConnected: () => session === player.session && say("wait", "Connected, waiting for the picture…"),
    onLost: (why) => session === player.session && comeBack(why),
  });
  player.session = session;
  try {
    await session.start();
    if (session !== player.session) return;
    player.watch = setInterval(() => watch(session), 1000);
  } catch (error) {
    if (session === player.session) fail(error);
  }
}

function fail(error) {
  if (error.status === 400 || error.status === 406) {
    endSession();
    say("bad", `This browser and this stream do not fit: ${error.message}`);
  } else {
    comeBack(error.message || "Playing failed.");
  }
}

// The session is over, but the stream is still wanted.
function comeBack(why) {
  const wanted = player.name;
  endSession();
  const stream = state.streams.find(({ name }) => name === wanted);
  if (!stream) return waitForPublisher();
  say("wait", `${why} Trying again…`);
  player.retry = setTimeout(() => {
    const again = state.streams.find(({ name }) => name === wanted);
    if (again) connect(again);
    else waitForPublisher();
  }, RETRY_MS);
}

function waitForPublisher() {
  endSession();
  say("wait", "The publisher has stopped. Playing goes on when it is back.");
}

async function showMedia(session, media) {
  if (session !== player.session) return;
  const video = $("video");
  if (video.srcObject !== media) video.srcObject = media;
  try {
    await video.play();
  } catch (error) {
    if (error.name !== "NotAllowedError" || session !== player.session) return;
    video.muted = true;
    await video.play().catch(() => {});
  }
  $("unmute").hidden = !video.muted;
}

// Once a second: words and figures, and a new start when nothing comes any more.
async function watch(session) {
  const now = await session.figures();
  if (session !== player.session) return;
  const before = player.last;
  player.last = now;
  if (!before) return; // from the second look on there is something to compare with
  const seconds = (now.at - before.at) / 1000;
  const alive = now.video ? now.frames > before.frames : now.bytes > before.bytes;
  player.silentFor = alive ? 0 : player.silentFor + 1;
  if (alive) {
    say("good", playingWords());
    const figures = [["Received", bitrateWords(((now.bytes - before.bytes) * 8) / seconds)]];
    if (now.video) {
      const rate = Math.round((now.frames - before.frames) / seconds);
      figures.unshift(["Picture", `${now.width} × ${now.height}`], ["Frames", `${rate} / s`]);
    }
    showFigures(figures);
  } else if (player.silentFor >= SILENT_S) {
    comeBack("Nothing has arrived for some seconds.");
  }
}

// --- The list ---

let state = { streams: [], rtmpPort: 0, mayPublish: true };
let reached = false;

function fillRow(row, stream) {
  const playing = stream.name === player.name;
  row.className = playing ? "playing" : "";
  const cell = (label, className = "") => {
    const td = row.querySelector(`[data-label="${label}"]`) || row.appendChild(element("td", className));
    td.dataset.label = label;
    return td;
  };
  const set = (td, words, under) => {
    if (td.dataset.shown === words + under) return;
    td.dataset.shown = words + under;
    td.replaceChildren(element("span", "", words));
    if (under) td.append(element("span", "under", under));
  };
  set(cell("Stream", "name"), stream.name, remarkWords(stream));
  set(cell("Publisher"), protocolWords(stream), stream.agent || "");
  set(cell("Codecs", "plain"), codecsWords(stream), (stream.renditions || []).map(renditionWords).join("\n"));
  set(cell("Size", "plain"), sizeWords(stream), [rateWords(stream), stream.layers?.length ? `layers: ${layerWords(stream)}` : ""].filter(Boolean).join("\n"));
  set(cell("Bitrate", "number"), bitrateWords(stream.bitrateBps), "");
  set(cell("Players", "number"), String(stream.players), "");
  cell("Players").title = stream.playersRemark || "";
  const act = cell("Play", "act");
  let button = act.querySelector("button");
  if (!button) {
    button = element("button");
    button.type = "button";
    button.onclick = () => {
      const now = state.streams.find(({ name }) => name === stream.name);
      if (player.name === stream.name) stop();
      else if (now) play(now);
    };
    act.append(button);
  }
  button.textContent = playing ? "Stop" : "Play";
  button.className = playing ? "quiet" : "";
  button.setAttribute("aria-label", `${playing ? "Stop" : "Play"} ${stream.name}`);
}

// A click anywhere in the row plays; the button is the way of the keyboard.
$("rows").onclick = (event) => {
  if (event.target.closest("button")) return;
  const stream = state.streams.find(({ name }) => name === event.target.closest("tr")?.dataset.name);
  if (stream && stream.name !== player.name) play(stream);
};

function renderRows() {
  const rows = $("rows");
  const kept = new Map([...rows.children].map((row) => [row.dataset.name, row]));
  state.streams.forEach((stream, index) => {
    const row = kept.get(stream.name) || element("tr");
    row.dataset.name = stream.name;
    kept.delete(stream.name);
    fillRow(row, stream);
    if (rows.children[index] !== row) rows.insertBefore(row, rows.children[index] || null);
  });
  for (const row of kept.values()) row.remove();
}

// Lines break between words only; the text stays one line for the clipboard.
function showCommand(id, command) {
  const code = $(id);
  if (code.textContent === command) return;
  code.replaceChildren();
  for (const word of command.split(" ")) code.append(code.firstChild ? " " : "", element("span", "", word));
}

function renderPublish() {
  const live = state.streams.length > 0;
  const publish = $("publish");
  const more = $("publish-more");
  // The same words stand alone when nothing is live, and folded away below the list otherwise.
  if (live && publish.parentElement !== more) more.append(publish);
  if (!live && publish.parentElement === more) more.before(publish);
  publish.hidden = false;
  more.hidden = !live;
  $("closed").hidden = state.mayPublish;
  $("no-ingest").hidden = !reached || state.rtmpPort !== 0;
  const host = location.hostname;
  const port = state.rtmpPort || 1935;
  const at = port === 1935 ? host : `${host}:${port}`;
  const url = `rtmp://${at}/live`;
  const encoder = "-c:v libx264 -preset veryfast -tune zerolatency -bf 0 -g 60 -pix_fmt yuv420p -b:v 2500k -c:a aac -b:a 128k";
  showCommand(
    "command-test",
    `ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000 ${encoder} -f flv ${url}/cam`,
  );
  showCommand("command-file", `ffmpeg -re -i input.mp4 ${encoder} -f flv ${url}/cam`);
  $("obs-server").textContent = url;
  $("obs-key").textContent = "cam";
  $("whep-url").textContent = `${location.origin}/whep/NAME`;
  $("rtmp-url").textContent = `${url}/NAME`;
}

function render() {
  const live = state.streams.length;
  const players = state.streams.reduce((sum, stream) => sum + stream.players, 0);
  $("live").hidden = live === 0;
  if (reached) {
    const words = live
      ? `${plural(live, "stream", "streams")} live · ${plural(players, "player", "players")}`
      : "Nothing is live";
    if ($("summary").textContent !== words) $("summary").textContent = words;
  }
  renderRows();
  if (reached) renderPublish();
}

// The wanted stream's publisher may have gone, or come back as another publication.
function followPublisher() {
  if (player.name === null) return;
  const stream = state.streams.find(({ name }) => name === player.name);
  if (!stream) {
    if (player.session || player.since) waitForPublisher();
    player.since = 0;
  } else if (stream.since !== player.since) {
    connect(stream);
  }
}

async function refresh() {
  try {
    const response = await fetch("/console/streams", { cache: "no-store" });
    if (!response.ok) throw new Error(`The server answers ${response.status}.`);
    state = await response.json();
    reached = true;
    $("trouble").hidden = true;
    followPublisher();
    render();
  } catch (error) {
    $("trouble").textContent = `The list cannot be refreshed: ${error.message}. Trying again…`;
    $("trouble").hidden = false;
  }
  setTimeout(refresh, document.hidden ? 5 * REFRESH_MS : REFRESH_MS);
}

// --- Buttons ---

async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  // Pages over plain HTTP have no clipboard API.
  const area = element("textarea");
  area.value = text;
  area.style.position = "fixed";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

for (const button of document.querySelectorAll("button.copy")) {
  button.setAttribute("aria-live", "polite");
  button.onclick = async () => {
    await copyText($(button.dataset.from).textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  };
}
$("stop").onclick = stop;
$("unmute").onclick = () => {
  $("video").muted = false;
  $("unmute").hidden = true;
};
// The first picture is shown as soon as it is there; the words follow the watch from then on.
$("video").onplaying = () => {
  if (player.session) say("good", playingWords());
};
$("video").onvolumechange = () => {
  if (!$("video").muted) $("unmute").hidden = true;
};
window.addEventListener("pagehide", () => player.session?.stop());

refresh();
