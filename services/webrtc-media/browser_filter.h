// What browsers can show of an H.264 stream that they cannot show as it is.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "libs/fanout/item.h"
#include "libs/media/h264_browser_rule.h"

namespace sluice::webrtc_media {

// Leaves out pictures so that the remaining ones are shown in the order in which they are decoded,
// and none refers to one that was left out:
// - a picture that is shown before one that was decoded earlier is left out, and if others may
// refer
//   to it, everything up to the next IDR picture is left out, too;
// - key frames that are not IDR pictures are no place to begin;
// - the SPS of IDR pictures says that nothing is reordered (max_num_reorder_frames = 0).
// Of a track whose pictures browsers cannot decode at all, nothing is left.
//
// Packets of such a track are copied, once per stream, and numbered without gaps. Everything else
// passes untouched. A track that has begun to be filtered stays numbered here, whatever its
// description says later. One stream, over several relays; one thread.
class BrowserFilter {
 public:
  struct Counters {
    uint64_t left_out_pictures = 0;
    uint64_t rewritten_parameter_sets = 0;
  };
  // counters: outlives this.
  explicit BrowserFilter(Counters& counters) : counters_(counters) {}

  // Whether items of these are changed at all: while false, Filter() need not be called, but
  // OnDescription().
  bool active() const { return !tracks_.empty(); }
  // A description that comes next. Has to be called before Filter() gets it.
  void OnDescription(const media::StreamDescription& description);
  // Appends what is left of `items` to `out`.
  void Filter(std::span<const fanout::Item> items, std::vector<fanout::Item>& out);
  // `items`, from a key frame to the newest, have been sent unfiltered before the description came.
  void GoOnFrom(std::span<const fanout::Item> items);

 private:
  struct Track {
    media::BrowserObstacle obstacle = media::BrowserObstacle::kNone;
    std::optional<uint16_t> newest;  // sequence number that came in
    uint16_t next = 0;               // sequence number that goes out
    bool in_picture = false;         // of which the first packet was let through
    bool waits_for_idr = true;       // something that others may refer to is missing
    uint32_t shown = 0;              // newest RTP timestamp since the last IDR picture
  };

  void FilterPacket(Track& track, const rtp::PacketPtr& packet, std::vector<fanout::Item>& out);
  bool Lets(Track& track, const rtp::Packet& packet);
  void Emit(Track& track, const rtp::Packet& packet, std::vector<fanout::Item>& out);
  bool EmitRewritten(Track& track, const rtp::Packet& packet, std::vector<fanout::Item>& out);

  std::map<uint32_t, Track> tracks_;  // by SSRC; at most those of one description
  Counters& counters_;
};

}  // namespace sluice::webrtc_media
