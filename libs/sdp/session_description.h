// A session description (RFC 8866) as values: what offers, answers and DESCRIBE bodies say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/sdp/candidate.h"

namespace sluice::sdp {

// "a=name:value", or "a=name" with an empty value.
struct Attribute {
  std::string name;
  std::string value;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

enum class Direction : uint8_t { kSendRecv, kSendOnly, kRecvOnly, kInactive };

// One payload type of an m-line: a=rtpmap, a=fmtp and a=rtcp-fb of one number.
struct Format {
  uint8_t payload_type = 0;  // 0..127
  std::string encoding;      // as written, "H264"; empty if there is no rtpmap
  uint32_t clock_rate = 0;
  uint32_t channels = 0;              // 0 = not written
  std::string parameters;             // fmtp, as written; several lines are joined by ";"
  std::vector<std::string> feedback;  // "nack", "nack pli"; those of "*" are in every format
  friend bool operator==(const Format&, const Format&) = default;
};

// Encoding names are compared without case (RFC 8866 §6.6).
bool IsEncoding(const Format& format, std::string_view name);
// The value of "name=value" in a format's parameters; empty for "name" alone. Names without case.
std::optional<std::string_view> FindParameter(const Format& format, std::string_view name);

// a=extmap (RFC 8285 §5). A direction after the id is dropped.
struct HeaderExtension {
  uint16_t id = 0;
  std::string uri;
  friend bool operator==(const HeaderExtension&, const HeaderExtension&) = default;
};

// a=ssrc with one of its attributes (RFC 5576 §4.1): "cname", "msid".
struct SsrcAttribute {
  uint32_t ssrc = 0;
  std::string name;
  std::string value;
  friend bool operator==(const SsrcAttribute&, const SsrcAttribute&) = default;
};

struct SsrcGroup {
  std::string semantics;  // "FID", "SIM"
  std::vector<uint32_t> ssrcs;
  friend bool operator==(const SsrcGroup&, const SsrcGroup&) = default;
};

// a=group (RFC 5888): "BUNDLE" with the mids in it.
struct Group {
  std::string semantics;
  std::vector<std::string> mids;
  friend bool operator==(const Group&, const Group&) = default;
};

// What ICE and DTLS need; may stand at the session or at each m-line.
struct Transport {
  std::string ice_ufrag;
  std::string ice_password;
  std::vector<std::string> fingerprints;  // "sha-256 AB:CD:..."
  std::string setup;                      // "actpass", "active", "passive", "holdconn"
  friend bool operator==(const Transport&, const Transport&) = default;
};

struct MediaSection {
  std::string media;     // "audio", "video", "application", ...
  uint16_t port = 0;     // 0 = rejected
  std::string protocol;  // "UDP/TLS/RTP/SAVPF"
  // Protocols with "RTP" in their names; else the fourth field stands in `subtypes` as it is.
  std::vector<Format> formats;  // in the m-line's order; at most 128, each type once
  std::string subtypes;         // "webrtc-datachannel"
  std::string connection;       // of the c= line, "IN IP4 0.0.0.0"; empty = none
  std::string mid;              // empty = none
  Direction direction = Direction::kSendRecv;
  bool rtcp_mux = false;
  bool rtcp_rsize = false;
  Transport transport;
  std::vector<HeaderExtension> extensions;
  std::vector<std::string> msids;  // "stream track"
  std::vector<SsrcGroup> ssrc_groups;
  std::vector<SsrcAttribute> ssrcs;
  std::vector<Candidate> candidates;
  bool end_of_candidates = false;
  std::vector<Attribute> other;  // in order

  const Format* FindFormat(uint8_t payload_type) const;  // nullptr if there is none
  friend bool operator==(const MediaSection&, const MediaSection&) = default;
};

struct SessionDescription {
  std::string origin = "- 0 0 IN IP4 127.0.0.1";  // o=
  std::string name = "-";                         // s=
  std::string connection;                         // c=, empty = none
  std::vector<Group> groups;
  bool ice_lite = false;
  Transport transport;
  std::vector<Attribute> other;
  std::vector<MediaSection> media;

  // Of `section`, with the session's where it has none of its own.
  Transport TransportOf(const MediaSection& section) const;
  friend bool operator==(const SessionDescription&, const SessionDescription&) = default;
};

// Bounds of what is read; more is refused.
inline constexpr size_t kMaxBytes = 64 * 1024;
inline constexpr size_t kMaxLines = 4000;
inline constexpr size_t kMaxLineBytes = 4096;
inline constexpr size_t kMaxMediaSections = 32;
inline constexpr size_t kMaxCandidates = 64;  // in one m-line; more are left out

// Reads a session description as it comes from the network. Lenient where clients are known to be
// sloppy: LF without CR, blanks at the end of a line, empty lines, a missing s= or t=, payload
// types without rtpmap or fmtp, unknown lines and attributes, candidates that cannot be read.
// Attributes of payload types that the m-line does not name are dropped. InvalidArgument, with the
// line's number: over a bound, no v=0 line, an m-line that cannot be read.
absl::StatusOr<SessionDescription> Parse(std::string_view text);

// The same for lines without v=0, as in fragments (RFC 8840 §9).
absl::StatusOr<SessionDescription> ParseLines(std::string_view text);

// With CRLF, in the order of RFC 8866 §5. What Parse() reads from it is equal to `description`, if
// that came from Parse().
std::string Serialize(const SessionDescription& description);

}  // namespace sluice::sdp
