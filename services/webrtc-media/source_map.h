// Whose a publisher's SSRCs are (RFC 8843 §9.2, RFC 8852 §3).
#pragma once

#include <optional>
#include <vector>

#include "services/webrtc-media/publisher_settings.h"
#include "services/webrtc-media/received_extensions.h"

namespace sluice::webrtc_media {

// Declared SSRCs are known from the beginning; others are learned from the header extensions mid,
// rid and repaired-rid, and where there are none, from a payload type that only one encoding can
// have. One thread.
class SourceMap {
 public:
  static constexpr size_t kMaxSources = 48;  // more than srtp::SrtpUnprotector lets in

  struct Source {
    uint32_t ssrc = 0;
    uint16_t encoding = 0;  // over all tracks
    bool rtx = false;       // repairs the encoding (RFC 4588)
  };

  // settings outlive it.
  explicit SourceMap(const PublisherSettings& settings);

  // nullptr: not known. Packet path.
  const Source* Find(uint32_t ssrc) const;
  // Looks whose an unknown SSRC is, and remembers it: it replaces the one that the encoding had.
  // nullptr if that cannot be told, or there are too many.
  const Source* Learn(const rtp::RtpView& packet, const ReceivedExtensions& extensions);
  // It has said goodbye.
  void Forget(uint32_t ssrc);

 private:
  struct Place {
    const PublisherTrackSettings* track;
    const PublisherEncoding* encoding;
    uint16_t number;
  };

  std::optional<Source> Identify(const rtp::RtpView& packet,
                                 const ReceivedExtensions& extensions) const;
  bool Has(uint16_t encoding, bool rtx) const;

  std::vector<Place> places_;  // by number
  std::vector<Source> sources_;
};

}  // namespace sluice::webrtc_media
