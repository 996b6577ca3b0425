// Reads a session description line by line (RFC 8866 §5): session lines up to the first m=, then
// those of each m-section.
#include <algorithm>
#include <array>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/sdp/session_description.h"
#include "libs/sdp/tokens.h"

namespace sluice::sdp {
namespace {

// Bounds of lists inside a section; what goes beyond is left out.
constexpr size_t kMaxFeedback = 16;
constexpr size_t kMaxFingerprints = 8;

struct StaticType {
  uint8_t payload_type;
  std::string_view encoding;
  uint32_t clock_rate;
};
// RFC 3551 §6: types that need no rtpmap.
constexpr std::array<StaticType, 7> kStaticTypes = {{{0, "PCMU", 8000},
                                                     {3, "GSM", 8000},
                                                     {4, "G723", 8000},
                                                     {8, "PCMA", 8000},
                                                     {9, "G722", 8000},
                                                     {13, "CN", 8000},
                                                     {18, "G729", 8000}}};

Format* FindFormat(MediaSection& section, std::string_view payload_type) {
  const auto number = ParseNumber<uint8_t>(payload_type);
  if (!number) return nullptr;
  for (Format& format : section.formats) {
    if (format.payload_type == *number) return &format;
  }
  return nullptr;
}

void TakeRtpmap(MediaSection& section, std::string_view value) {
  Format* format = FindFormat(section, TakeWord(value));
  const auto [encoding, rest] = Split(value, '/');
  const auto [clock_rate, channels] = Split(rest, '/');
  const auto rate = ParseNumber<uint32_t>(clock_rate);
  if (format == nullptr || encoding.empty() || !rate) return;
  format->encoding = encoding;
  format->clock_rate = *rate;
  format->channels = ParseNumber<uint32_t>(channels).value_or(0);
}

void TakeFmtp(MediaSection& section, std::string_view value) {
  Format* format = FindFormat(section, TakeWord(value));
  if (format == nullptr || value.empty()) return;
  if (!format->parameters.empty()) format->parameters += ";";
  format->parameters += value;
}

void AddFeedback(Format& format, std::string_view feedback) {
  auto& known = format.feedback;
  if (known.size() >= kMaxFeedback) return;
  if (std::find(known.begin(), known.end(), feedback) == known.end()) known.emplace_back(feedback);
}

void TakeFeedback(MediaSection& section, std::string_view value) {
  const std::string_view target = TakeWord(value);
  if (value.empty()) return;
  if (target == "*") {
    for (Format& format : section.formats) AddFeedback(format, value);
  } else if (Format* format = FindFormat(section, target)) {
    AddFeedback(*format, value);
  }
}

void TakeExtmap(MediaSection& section, std::string_view value) {
  const auto id = ParseNumber<uint16_t>(Split(TakeWord(value), '/').first);
  const std::string_view uri = TakeWord(value);
  if (id && !uri.empty()) section.extensions.push_back({*id, std::string(uri)});
}

void TakeSsrc(MediaSection& section, std::string_view value) {
  const auto ssrc = ParseNumber<uint32_t>(TakeWord(value));
  if (!ssrc) return;
  const auto [name, text] = Split(value, ':');
  section.ssrcs.push_back({*ssrc, std::string(name), std::string(text)});
}

void TakeSsrcGroup(MediaSection& section, std::string_view value) {
  SsrcGroup group{.semantics = std::string(TakeWord(value)), .ssrcs = {}};
  if (group.semantics.empty()) return;
  while (!value.empty()) {
    const auto ssrc = ParseNumber<uint32_t>(TakeWord(value));
    if (!ssrc) return;
    group.ssrcs.push_back(*ssrc);
  }
  section.ssrc_groups.push_back(std::move(group));
}

void TakeCandidate(MediaSection& section, std::string_view value) {
  if (section.candidates.size() >= kMaxCandidates) return;
  if (auto candidate = ParseCandidate(value)) section.candidates.push_back(*std::move(candidate));
}

// Attributes that stand in an m-section only.
struct SectionAttribute {
  std::string_view name;
  void (*take)(MediaSection& section, std::string_view value);
};
constexpr std::array<SectionAttribute, 16> kSectionAttributes = {{
    {"rtpmap", TakeRtpmap},
    {"fmtp", TakeFmtp},
    {"rtcp-fb", TakeFeedback},
    {"extmap", TakeExtmap},
    {"ssrc", TakeSsrc},
    {"ssrc-group", TakeSsrcGroup},
    {"candidate", TakeCandidate},
    {"mid", [](MediaSection& section, std::string_view value) { section.mid = value; }},
    {"msid",
     [](MediaSection& section, std::string_view value) {
       if (!value.empty()) section.msids.emplace_back(value);
     }},
    {"rtcp-mux", [](MediaSection& section, std::string_view) { section.rtcp_mux = true; }},
    {"rtcp-rsize", [](MediaSection& section, std::string_view) { section.rtcp_rsize = true; }},
    {"end-of-candidates",
     [](MediaSection& section, std::string_view) { section.end_of_candidates = true; }},
    {"sendrecv",
     [](MediaSection& section, std::string_view) { section.direction = Direction::kSendRecv; }},
    {"sendonly",
     [](MediaSection& section, std::string_view) { section.direction = Direction::kSendOnly; }},
    {"recvonly",
     [](MediaSection& section, std::string_view) { section.direction = Direction::kRecvOnly; }},
    {"inactive",
     [](MediaSection& section, std::string_view) { section.direction = Direction::kInactive; }},
}};

// Those that stand at either level. False: not one of them.
bool TakeTransport(Transport& transport, std::string_view name, std::string_view value) {
  if (name == "ice-ufrag") {
    transport.ice_ufrag = value;
  } else if (name == "ice-pwd") {
    transport.ice_password = value;
  } else if (name == "setup") {
    transport.setup = value;
  } else if (name == "fingerprint") {
    if (transport.fingerprints.size() < kMaxFingerprints && !value.empty()) {
      transport.fingerprints.emplace_back(value);
    }
  } else {
    return false;
  }
  return true;
}

class SessionParser {
 public:
  // has_version: the v=0 line is not to be waited for.
  explicit SessionParser(bool has_version) : has_version_(has_version) {}

  absl::StatusOr<SessionDescription> Parse(std::string_view text) {
    if (text.size() > kMaxBytes) return absl::InvalidArgumentError("SDP: longer than 65536 bytes");
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = Trim(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (++line_ > kMaxLines) return Error("too many lines");
      if (line.size() > kMaxLineBytes) {
        return Error(StrCat("longer than ", kMaxLineBytes, " bytes"));
      }
      if (!line.empty()) SLUICE_RETURN_IF_ERROR(TakeLine(line));
    }
    if (!has_version_) return absl::InvalidArgumentError("SDP: no v=0 line");
    for (MediaSection& section : session_.media) FillStaticTypes(section);
    return std::move(session_);
  }

 private:
  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(StrCat("SDP line ", line_, ": ", what));
  }

  absl::Status TakeLine(std::string_view line) {
    if (!has_version_) {
      if (line != "v=0") return Error("v=0 must come first");
      has_version_ = true;
      return absl::OkStatus();
    }
    if (line.size() < 2 || line[1] != '=') return absl::OkStatus();
    const std::string_view value = Trim(line.substr(2));
    if (line[0] == 'm') return TakeMedia(value);
    if (line[0] == 'a') {
      TakeAttribute(value);
    } else if (line[0] == 'c') {
      (session_.media.empty() ? session_.connection : session_.media.back().connection) = value;
    } else if (session_.media.empty() && !value.empty()) {
      if (line[0] == 'o') session_.origin = value;
      if (line[0] == 's') session_.name = value;
    }
    return absl::OkStatus();
  }

  // m=<media> <port>[/<count>] <protocol> <format> ...
  absl::Status TakeMedia(std::string_view value) {
    if (session_.media.size() >= kMaxMediaSections) return Error("too many m-lines");
    MediaSection section;
    section.media = TakeWord(value);
    const auto port = ParseNumber<uint16_t>(Split(TakeWord(value), '/').first);
    section.protocol = TakeWord(value);
    if (!port || section.protocol.empty()) return Error("an m-line that cannot be read");
    section.port = *port;
    section.direction = direction_;
    if (section.protocol.find("RTP") == std::string::npos) {
      section.subtypes = value;
    } else {
      TakeFormats(section, value);
    }
    session_.media.push_back(std::move(section));
    return absl::OkStatus();
  }

  static void TakeFormats(MediaSection& section, std::string_view value) {
    while (!value.empty()) {
      const auto payload_type = ParseNumber<uint8_t>(TakeWord(value));
      if (!payload_type || *payload_type > 127 || section.FindFormat(*payload_type)) continue;
      section.formats.push_back({.payload_type = *payload_type});
    }
  }

  void TakeAttribute(std::string_view line) {
    const auto [name, value] = Split(line, ':');
    if (session_.media.empty()) {
      TakeSessionAttribute(name, value);
      return;
    }
    MediaSection& section = session_.media.back();
    if (TakeTransport(section.transport, name, value)) return;
    for (const SectionAttribute& known : kSectionAttributes) {
      if (known.name == name) return known.take(section, value);
    }
    section.other.push_back({std::string(name), std::string(value)});
  }

  void TakeSessionAttribute(std::string_view name, std::string_view value) {
    if (TakeTransport(session_.transport, name, value)) return;
    if (name == "ice-lite") {
      session_.ice_lite = true;
    } else if (name == "group") {
      TakeGroup(value);
    } else if (!TakeDirection(name)) {
      session_.other.push_back({std::string(name), std::string(value)});
    }
  }

  void TakeGroup(std::string_view value) {
    Group group{.semantics = std::string(TakeWord(value)), .mids = {}};
    while (!value.empty()) group.mids.emplace_back(TakeWord(value));
    if (!group.semantics.empty()) session_.groups.push_back(std::move(group));
  }

  // At the session it is the default of the m-sections (RFC 8866 §6.7).
  bool TakeDirection(std::string_view name) {
    if (name == "sendrecv") {
      direction_ = Direction::kSendRecv;
    } else if (name == "sendonly") {
      direction_ = Direction::kSendOnly;
    } else if (name == "recvonly") {
      direction_ = Direction::kRecvOnly;
    } else if (name == "inactive") {
      direction_ = Direction::kInactive;
    } else {
      return false;
    }
    return true;
  }

  static void FillStaticTypes(MediaSection& section) {
    for (Format& format : section.formats) {
      if (!format.encoding.empty()) continue;
      for (const StaticType& type : kStaticTypes) {
        if (type.payload_type != format.payload_type) continue;
        format.encoding = type.encoding;
        format.clock_rate = type.clock_rate;
      }
    }
  }

  SessionDescription session_;
  Direction direction_ = Direction::kSendRecv;
  bool has_version_;
  size_t line_ = 0;
};

}  // namespace

absl::StatusOr<SessionDescription> Parse(std::string_view text) {
  return SessionParser(/*has_version=*/false).Parse(text);
}

absl::StatusOr<SessionDescription> ParseLines(std::string_view text) {
  return SessionParser(/*has_version=*/true).Parse(text);
}

}  // namespace sluice::sdp
