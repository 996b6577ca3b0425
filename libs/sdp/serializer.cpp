// Writes a session description in the order of RFC 8866 §5.
#include "libs/base/text.h"
#include "libs/sdp/session_description.h"

namespace sluice::sdp {
namespace {

class SessionWriter {
 public:
  std::string Write(const SessionDescription& session) {
    Line("v=0");
    Line("o=", session.origin);
    Line("s=", session.name);
    if (!session.connection.empty()) Line("c=", session.connection);
    Line("t=0 0");
    for (const Group& group : session.groups) WriteGroup(group);
    if (session.ice_lite) Line("a=ice-lite");
    WriteTransport(session.transport);
    WriteOther(session.other);
    for (const MediaSection& section : session.media) WriteSection(section);
    return std::move(text_);
  }

 private:
  template <typename... Pieces>
  void Line(const Pieces&... pieces) {
    text_ += StrCat(pieces..., "\r\n");
  }

  void WriteGroup(const Group& group) {
    std::string mids;
    for (const std::string& mid : group.mids) mids += " " + mid;
    Line("a=group:", group.semantics, mids);
  }

  void WriteTransport(const Transport& transport) {
    if (!transport.ice_ufrag.empty()) Line("a=ice-ufrag:", transport.ice_ufrag);
    if (!transport.ice_password.empty()) Line("a=ice-pwd:", transport.ice_password);
    for (const std::string& fingerprint : transport.fingerprints) {
      Line("a=fingerprint:", fingerprint);
    }
    if (!transport.setup.empty()) Line("a=setup:", transport.setup);
  }

  void WriteOther(const std::vector<Attribute>& attributes) {
    for (const Attribute& attribute : attributes) {
      if (attribute.value.empty()) {
        Line("a=", attribute.name);
      } else {
        Line("a=", attribute.name, ":", attribute.value);
      }
    }
  }

  void WriteSection(const MediaSection& section) {
    std::string formats;
    for (const Format& format : section.formats) formats += StrCat(" ", format.payload_type);
    if (!section.subtypes.empty()) formats += " " + section.subtypes;
    Line("m=", section.media, " ", section.port, " ", section.protocol, formats);
    if (!section.connection.empty()) Line("c=", section.connection);
    WriteTransport(section.transport);
    if (!section.mid.empty()) Line("a=mid:", section.mid);
    for (const HeaderExtension& extension : section.extensions) {
      Line("a=extmap:", extension.id, " ", extension.uri);
    }
    WriteDirection(section);
    for (const std::string& msid : section.msids) Line("a=msid:", msid);
    if (section.rtcp_mux) Line("a=rtcp-mux");
    if (section.rtcp_rsize) Line("a=rtcp-rsize");
    for (const Format& format : section.formats) WriteFormat(format);
    WriteSources(section);
    for (const Candidate& candidate : section.candidates) {
      Line("a=candidate:", Serialize(candidate));
    }
    if (section.end_of_candidates) Line("a=end-of-candidates");
    WriteOther(section.other);
  }

  // Always said for RTP, so that nobody has to know the default.
  void WriteDirection(const MediaSection& section) {
    static constexpr std::string_view kNames[] = {"sendrecv", "sendonly", "recvonly", "inactive"};
    if (section.formats.empty() && section.direction == Direction::kSendRecv) return;
    Line("a=", kNames[static_cast<size_t>(section.direction)]);
  }

  void WriteFormat(const Format& format) {
    const int payload_type = format.payload_type;
    if (!format.encoding.empty()) {
      const std::string channels = format.channels == 0 ? "" : StrCat("/", format.channels);
      Line("a=rtpmap:", payload_type, " ", format.encoding, "/", format.clock_rate, channels);
    }
    for (const std::string& feedback : format.feedback) {
      Line("a=rtcp-fb:", payload_type, " ", feedback);
    }
    if (!format.parameters.empty()) Line("a=fmtp:", payload_type, " ", format.parameters);
  }

  void WriteSources(const MediaSection& section) {
    for (const SsrcGroup& group : section.ssrc_groups) {
      std::string ssrcs;
      for (uint32_t ssrc : group.ssrcs) ssrcs += StrCat(" ", ssrc);
      Line("a=ssrc-group:", group.semantics, ssrcs);
    }
    for (const SsrcAttribute& source : section.ssrcs) {
      const std::string value = source.value.empty() ? "" : ":" + source.value;
      const std::string name = source.name.empty() && value.empty() ? "" : " " + source.name;
      Line("a=ssrc:", source.ssrc, name, value);
    }
  }

  std::string text_;
};

}  // namespace

std::string Serialize(const SessionDescription& description) {
  return SessionWriter().Write(description);
}

}  // namespace sluice::sdp
