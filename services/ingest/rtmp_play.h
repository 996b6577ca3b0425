// A publication to RTMP: packets become messages, each serialised once for all players of the
// stream.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "libs/fanout/sink.h"
#include "libs/rtmp/chunk_writer.h"
#include "libs/rtp/payload/aac/depacketizer.h"
#include "libs/rtp/payload/h264/depacketizer.h"
#include "libs/rtp/payload/mpeg_audio/depacketizer.h"
#include "services/ingest/counters.h"
#include "services/ingest/stream_messages.h"

namespace sluice::ingest {

enum class PlayKind : uint8_t { kHeader, kKeyFrame, kInterFrame, kSound, kData };

struct PlayMessage {
  PlayKind kind = PlayKind::kHeader;  // kHeader: metadata and sequence headers
  rtmp::SharedMessage message;
};

// The players of one stream, and the messages since its last key frame for those who join. Takes
// the first H.264 and the first AAC or MP3 track; other codecs are left out. Home loop only.
class RtmpPlay final : public fanout::Sink, public StreamMessages::Listener {
 public:
  class Player {
   public:
    virtual ~Player() = default;
    // A batch, in order, borrowed. May call Remove for itself and others.
    virtual void OnMessages(std::span<const PlayMessage> messages) = 0;
    // The last call: the stream has ended, and the player is removed.
    virtual void OnEnd(const fanout::StreamEnd& end) = 0;
  };

  explicit RtmpPlay(Counters& counters) : counters_(counters) {}

  // The player gets what is there (metadata, sequence headers, the cached group) inside the call.
  void Add(Player& player);
  // Gives the same to a player that was added before.
  void Replay(Player& player) const;
  // Removing what is not there is allowed.
  void Remove(Player& player);
  bool empty() const;

  void OnItems(std::span<const fanout::Item> items) override;
  void OnMetadata(const amf::Value& metadata) override;
  void OnData(ByteView values) override;
  void OnTakenOver() override;

 private:
  struct VideoTrack {
    media::Track track;
    rtp::payload::h264::Depacketizer depacketizer;
    bool wait_for_key_frame = true;
  };
  struct AudioTrack {
    media::Track track;
    rtp::payload::aac::Depacketizer aac;
    rtp::payload::mpeg_audio::Depacketizer mp3;
  };

  void OnDescription(const media::StreamDescription& description);
  // nullptr: there is none. True if players must be told.
  bool SetVideo(const media::Track* track);
  bool SetAudio(const media::Track* track);
  void OnPacket(const rtp::Packet& packet);
  void OnPicture(const rtp::payload::h264::AccessUnit& picture);
  void OnSoundPacket(const rtp::Packet& packet);
  void OnSound(uint32_t rtp_timestamp, const Bytes& header, ByteView sound);
  void OnEnd(const fanout::StreamEnd& end);
  void Deliver();
  void Cache(const PlayMessage& message);
  void ClearCache();
  PlayMessage MetadataMessage() const;
  // Metadata and the sequence headers of the tracks that are there.
  void AppendHeaders(uint32_t timestamp, std::vector<PlayMessage>& out) const;
  // Milliseconds on the stream's RTMP timeline. nullopt: the track has no clock yet.
  std::optional<uint32_t> Timestamp(uint32_t track_id, uint32_t rtp_timestamp, Duration earlier);

  Counters& counters_;
  std::vector<Player*> players_;  // nullptr: removed during a delivery
  int delivering_ = 0;
  std::optional<VideoTrack> video_;
  std::optional<AudioTrack> audio_;
  std::map<uint32_t, rtp::ClockReport> clocks_;  // by track id
  std::optional<NtpTime> begin_;                 // of the RTMP timeline
  uint32_t last_timestamp_ = 0;
  bool headers_changed_ = false;
  amf::Value publisher_metadata_;   // undefined: none has come
  std::vector<PlayMessage> batch_;  // of the items in hand
  // Since the last key frame, at most 8 MB and 15 s; of a stream without pictures the last 200 ms.
  std::deque<PlayMessage> cache_;
  size_t cached_bytes_ = 0;
  std::vector<rtp::payload::h264::AccessUnit> pictures_;
  std::vector<rtp::payload::aac::AccessUnit> access_units_;
  std::vector<rtp::payload::mpeg_audio::Frame> frames_;
};

}  // namespace sluice::ingest
