#include "tools/sluice-load/options.h"

#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::load {

const char kHelp[] =
    R"(sluice-load: plays a stream by WHEP many times, publishes streams by RTMP, and prints as JSON
what arrived, how fast, and what it cost the server.

Playing
  --url URL        WHEP endpoint, http or https (certificates are not checked); may be repeated, and
                   players take them in turn
  --players N      how many (1..5000, default 100)
  --rate N         joins per second (1..1000, default 25)
  --seconds N      measured time after the last join (1..3600, default 20)
  --settle N       seconds between the last join and the measured time (0..60, default 2)
  --srtp PROFILE   offer only gcm or cm-sha1 (default: both, the server chooses)
  --decrypt N      so many players decrypt all the time and check each packet's authentication;
                   the others do it until their first key frame is complete
  --read-every MS  read only so often in the window (0..20, default 0 = as it comes): the server on the same
                   machine is then not charged with waking this program for every burst
  --no-gro         receive datagrams one by one: the kernel cuts the server's bursts, at its cost
  --token TEXT     sent as Authorization: Bearer TEXT
  --video-only     neither ask for sound nor publish it
  --no-feedback    send no reports, NACKs and transport-wide feedback (a browser sends them)
  --misbehave KIND send 20 RTCP compounds for each reading that no honest player sends: nack-storm,
                   pli-storm, rtcp-lies or rtcp-replay
  --tcp            ICE-TCP: connect to the server's passive TCP candidate
  --local ADDRESS  the players' own address (127.0.0.2: so many more ports)
  --leave-after S  each player leaves S seconds after its POST (0.1..3600), and new ones join at --rate
                   up to the end of --seconds; --players bounds how many there are at a time
  --delay          how long a picture takes from our publisher to the players (UDP players, with --publish
                   or --whip; the last packet of each picture counts, by the kernel's receive time)

Publishing
  --publish URL    rtmp://ADDRESS:PORT/APP/NAME
  --whip URL       WHIP endpoint instead: H.264 of the file as it is, and quiet Opus
  --flv FILE       what is published, in real time, again and again
  --streams N      how many (1..1000, default 1); "{n}" in the URLs becomes 1, 2, ...

Flooding (and nothing else)
  --flood A:P      send garbage to that UDP port for --seconds: random bytes, and what looks like
                   STUN, DTLS, SRTP and SRTCP
  --flood-rate N   datagrams per second (1..1000000, default 100000)

Cost
  --server-pid P   a process of the server; may be repeated
  --idle N         seconds that those are watched before the first player joins (1..60, default 5)

Examples
  ffmpeg -f lavfi -i testsrc2=s=1280x720:r=30 -f lavfi -i sine=r=48000 -t 60 -c:v libx264 -bf 0 \
    -g 60 -b:v 2.5M -maxrate 2.5M -bufsize 2.5M -pix_fmt yuv420p -c:a aac -ac 2 clip.flv
  sluice-load --publish rtmp://127.0.0.1:1935/live/cam --flv clip.flv \
    --url http://127.0.0.1:8081/whep/cam --players 200 --server-pid $(pidof sluice-webrtc-media)
  sluice-load --url https://media.example:8444/whep/cam --players 50 --no-gro --decrypt 2
  sluice-load --url http://127.0.0.1:8081/whep/cam --players 2000 --rate 200 --leave-after 1 --seconds 30
  sluice-load --whip 'http://127.0.0.1:8081/whip/cam{n}' --flv clip.flv --streams 20 --server-pid 4711
  sluice-load --publish 'rtmp://127.0.0.1:1935/live/cam{n}' --flv clip.flv --streams 20

Exit status: 0 if all was published and every player got media, 1 if not, 2 for wrong options.
)";

namespace {

struct Number {
  int* value;
  int low;
  int high;
};

absl::Status ReadNumber(const std::string& name, const std::string& text, const Number& number) {
  if (absl::SimpleAtoi(text, number.value) && *number.value >= number.low &&
      *number.value <= number.high) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      StrCat(name, " takes a number from ", number.low, " to ", number.high));
}

absl::Status ReadSrtp(const std::string& text, SrtpChoice& choice) {
  if (text != "gcm" && text != "cm-sha1")
    return absl::InvalidArgumentError("--srtp takes gcm or cm-sha1");
  choice = text == "gcm" ? SrtpChoice::kGcm : SrtpChoice::kCmSha1;
  return absl::OkStatus();
}

absl::Status ReadLeaveAfter(const std::string& text, Duration& leave_after) {
  double seconds = 0;
  if (!absl::SimpleAtod(text, &seconds) || seconds < 0.1 || seconds > 3600)
    return absl::InvalidArgumentError("--leave-after takes seconds from 0.1 to 3600");
  leave_after = Duration(static_cast<int64_t>(seconds * 1e6));
  return absl::OkStatus();
}

absl::Status ReadMisbehaviour(const std::string& text, Misbehaviour& misbehaviour) {
  const auto kind = ParseMisbehaviour(text);
  if (!kind)
    return absl::InvalidArgumentError(
        "--misbehave takes nack-storm, pli-storm, rtcp-lies or rtcp-replay");
  misbehaviour = *kind;
  return absl::OkStatus();
}

// Options that have no value.
bool ReadFlag(const std::string& name, Options& options) {
  const std::map<std::string, bool*> set = {{"--help", &options.help},
                                            {"--video-only", &options.video_only},
                                            {"--tcp", &options.tcp},
                                            {"--delay", &options.delay}};
  const std::map<std::string, bool*> cleared = {{"--no-gro", &options.bursts},
                                                {"--no-feedback", &options.feedback}};
  if (auto flag = set.find(name); flag != set.end()) return *flag->second = true;
  if (auto flag = cleared.find(name); flag != cleared.end()) {
    *flag->second = false;
    return true;
  }
  return false;
}

absl::Status ReadOption(const std::string& name, const std::string& value, Options& options) {
  const std::map<std::string, Number> numbers = {
      {"--players", {&options.players, 1, 5000}},
      {"--rate", {&options.rate, 1, 1000}},
      {"--seconds", {&options.seconds, 1, 3600}},
      {"--settle", {&options.settle, 0, 60}},
      {"--idle", {&options.idle, 1, 60}},
      {"--decrypt", {&options.decrypt, 0, 5000}},
      {"--streams", {&options.streams, 1, 1000}},
      {"--read-every", {&options.read_every, 0, 20}},
      {"--flood-rate", {&options.flood_rate, 1, 1000000}}};
  const std::map<std::string, std::string*> texts = {
      {"--token", &options.token}, {"--publish", &options.publish}, {"--whip", &options.whip},
      {"--local", &options.local}, {"--flood", &options.flood},     {"--flv", &options.flv}};
  if (auto number = numbers.find(name); number != numbers.end())
    return ReadNumber(name, value, number->second);
  if (auto text = texts.find(name); text != texts.end()) {
    *text->second = value;
    return absl::OkStatus();
  }
  if (name == "--url") {
    options.urls.push_back(value);
    return absl::OkStatus();
  }
  if (name == "--leave-after") return ReadLeaveAfter(value, options.leave_after);
  if (name == "--misbehave") return ReadMisbehaviour(value, options.misbehaviour);
  if (name == "--srtp") return ReadSrtp(value, options.srtp);
  if (name != "--server-pid") return absl::InvalidArgumentError(StrCat("unknown option ", name));
  return ReadNumber(name, value, {&options.server_pids.emplace_back(), 1, 1 << 30});
}

absl::Status CheckTogether(const Options& options) {
  if (options.help || !options.flood.empty()) return absl::OkStatus();
  const bool publishes = !options.publish.empty() || !options.whip.empty();
  if (options.urls.empty() && !publishes)
    return absl::InvalidArgumentError("nothing to do: give --url, --publish, --whip or --flood");
  if (!options.publish.empty() && !options.whip.empty())
    return absl::InvalidArgumentError("either --publish or --whip");
  if (publishes == options.flv.empty())
    return absl::InvalidArgumentError("--publish or --whip and --flv belong together");
  if (options.delay && (!publishes || options.tcp))
    return absl::InvalidArgumentError("--delay needs --publish or --whip, and UDP");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Options> ReadOptions(const std::vector<std::string>& arguments) {
  Options options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (ReadFlag(name, options)) continue;
    if (i + 1 == arguments.size()) {
      return absl::InvalidArgumentError(StrCat(name, " is unknown or has no value"));
    } else {
      SLUICE_RETURN_IF_ERROR(ReadOption(name, arguments[++i], options));
    }
  }
  SLUICE_RETURN_IF_ERROR(CheckTogether(options));
  return options;
}

std::string UrlOfStream(const std::string& url, int index) {
  return absl::StrReplaceAll(url, {{"{n}", std::to_string(index + 1)}});
}

}  // namespace sluice::load
