// Publishes a camera, a microphone or a screen by WHIP, and says in words what is wrong.
import { WhipSession } from "./whip.js";

const REFRESH_MS = 1000;

const $ = (id) => document.getElementById(id);
const nameKey = (name) => encodeURIComponent(name);
const urlOf = (name) => `${location.origin}/whip/${nameKey(name)}`;

let session = null;
let stream = null;
let watch = 0;
let last = null;

// --- Words ---

function say(kind, words) {
  $("dot").className = `dot ${kind}`;
  $("state").textContent = words;
}

function complain(words) {
  $("trouble").textContent = words;
  $("trouble").hidden = !words;
}

// Why the browser gives no camera.
function deviceWords(error) {
  switch (error.name) {
    case "NotAllowedError":
      return "The browser did not give this page your camera or microphone. Allow it (the icon beside the address), then publish again.";
    case "NotFoundError":
      return "No camera or microphone was found. Plug one in, or choose another source.";
    case "NotReadableError":
      return "The camera or microphone is in use by another program. Close that, then publish again.";
    case "OverconstrainedError":
      return "The camera has no such size. Choose another one.";
    default:
      return `The camera or microphone cannot be used: ${error.message}`;
  }
}

// Why the server takes no publisher.
function serverWords(error, name) {
  switch (error.status) {
    case 0:
      return "The server cannot be reached. Is it running?";
    case 403:
      return `${error.message} Ask whoever runs this server.`;
    case 406:
      return `The server takes none of this browser's codecs: ${error.message}`;
    case 409:
      return `Somebody publishes “${name}” already. Choose another name, or stop the other publisher.`;
    case 503:
      return `The server takes no publishers now: ${error.message} Try again in a moment.`;
    case 504:
      return "The media server did not answer. Try again in a moment.";
    default:
      return error.message || "The server refused, without saying why.";
  }
}

const insecureWords =
  "Browsers give cameras to secure pages only. Open this page over https:// (common.tls_certificate in the " +
  "server's configuration opens it, on port 8444 at first), or on the server's own machine as http://localhost.";

// --- Media ---

async function openSource() {
  const [width, height] = $("size").value.split("x").map(Number);
  const video = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 } };
  if ($("source").value === "screen") return navigator.mediaDevices.getDisplayMedia({ video, audio: true });
  return navigator.mediaDevices.getUserMedia({ audio: true, video: $("source").value === "sound" ? false : video });
}

function closeSource() {
  for (const track of stream?.getTracks() || []) track.stop();
  stream = null;
  $("preview").srcObject = null;
  $("veil").hidden = false;
}

// --- The session ---

function show(publishing) {
  $("stop").hidden = !publishing;
  $("form").hidden = publishing;
  if (!publishing) $("figures").replaceChildren();
}

function stop(kind = "", words = "Not publishing") {
  clearInterval(watch);
  session?.stop();
  session = null;
  last = null;
  closeSource();
  show(false);
  say(kind, words);
}

function showFigures(entries) {
  const nodes = entries.map(([title, value]) => {
    const group = document.createElement("div");
    const term = document.createElement("dt");
    const words = document.createElement("dd");
    term.textContent = title;
    words.textContent = value;
    group.append(term, words);
    return group;
  });
  $("figures").replaceChildren(...nodes);
}

async function refresh() {
  if (!session) return;
  const now = await session.figures();
  const before = last;
  last = now;
  if (!session || !before) return;
  const seconds = (now.at - before.at) / 1000;
  const entries = [["Bitrate", `${Math.round(((now.bytes - before.bytes) * 8) / seconds / 1000)} kbit/s`]];
  if (now.width) {
    entries.push(["Size", `${now.width} × ${now.height}`]);
    entries.push(["Pictures", `${Math.round((now.frames - before.frames) / seconds)} a second`]);
    if (now.codec) entries.push(["Codec", now.codec]);
  }
  entries.push(["Lost", `${(now.lost * 100).toFixed(1)} %`]);
  showFigures(entries);
}

async function publish() {
  const name = $("name").value;
  complain("");
  if (!navigator.mediaDevices) return complain(insecureWords);
  say("wait", "Asking for the camera…");
  try {
    stream = await openSource();
  } catch (error) {
    say("", "Not publishing");
    return complain(deviceWords(error));
  }
  $("preview").srcObject = stream;
  $("veil").hidden = stream.getVideoTracks().length > 0;
  // The screen is no longer shared, or the camera was pulled out.
  for (const track of stream.getTracks()) track.onended = () => stop("", "The source has ended");
  say("wait", "Connecting…");
  session = new WhipSession(urlOf(name), stream, { videoCodec: $("codec").value, layers: Number($("layers").value) }, {
    onConnected: () => say("good", `Publishing as “${name}”`),
    onLost: (why) => {
      stop("bad", "Not publishing any more");
      complain(`${why} Check the network (UDP may be blocked), then publish again.`);
    },
  });
  show(true);
  try {
    await session.start();
    watch = setInterval(refresh, REFRESH_MS);
  } catch (error) {
    stop("bad", "Not publishing");
    complain(serverWords(error, name));
  }
}

$("form").onsubmit = (event) => {
  event.preventDefault();
  publish();
};
$("stop").onclick = () => stop();
$("name").oninput = () => ($("whip-url").textContent = urlOf($("name").value || "NAME"));
$("name").oninput();
if (!navigator.mediaDevices) complain(insecureWords);
window.addEventListener("pagehide", () => session?.stop());
