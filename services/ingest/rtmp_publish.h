// RTMP to a publication: audio and video messages become tracks and RTP packets.
#pragma once

#include <optional>
#include <string>

#include "libs/amf/value.h"
#include "libs/fanout/publication.h"
#include "libs/flv/audio_tag.h"
#include "libs/flv/video_tag.h"
#include "libs/media/avc_decoder_configuration.h"
#include "libs/media/mpeg_audio_header.h"
#include "libs/rtmp/event.h"
#include "libs/rtp/payload/aac/packetizer.h"
#include "libs/rtp/payload/h264/packetizer.h"
#include "libs/rtp/payload/mpeg_audio/packetizer.h"
#include "services/ingest/counters.h"
#include "services/ingest/picture_order.h"
#include "services/ingest/timeline.h"

namespace sluice::ingest {

// When something was read: the monotonic clock for delays, the wall clock for the stream's reports.
struct ReadTime {
  Instant arrival;
  NtpTime ntp;
};

// One published stream. H.264 and AAC become tracks with their first sequence header, MP3 with its
// first frame; messages of other codecs are counted and named in the publication's remark. Home
// loop only.
class RtmpPublish {
 public:
  // All outlive this.
  RtmpPublish(fanout::Publication& publication, RandomSource& random, Counters& counters)
      : publication_(publication), random_(random), counters_(counters) {}

  // onMetaData: says which tracks to wait for, and the frame rate.
  void OnMetadata(const amf::Value& metadata);
  void OnMessage(const rtmp::MediaEvent& message, ReadTime read);

  // Another publisher goes on with the stream: its time is placed behind what there was, its tracks
  // come with their headers, its pictures from a key frame on.
  void OnTakenOver();
  // Removes the tracks that the publisher before had and this one has not.
  void RemoveTracksOfOther();
  // The time to wait for announced tracks is over.
  void EndWaiting() { publication_.SetReady(); }
  // Names of codecs that came and are not taken, "VP6 (4)"; empty if there were none.
  const std::string& refused_codecs() const { return refused_codecs_; }

 private:
  struct Track {
    media::Track track;
    uint32_t rtp_offset = 0;  // of the timeline's beginning
    bool has_clock = false;
    bool of_other_publisher = false;  // this one has not sent its header yet
  };
  struct Video : Track {
    media::AvcDecoderConfiguration configuration;
    int nal_length_size = 4;  // in this publisher's messages
    PictureOrder order;
    bool wait_for_key_frame = false;
  };
  struct Audio : Track {
    uint32_t sample_rate = 48000;
    SampleCount samples{48000};
    uint32_t samples_per_access_unit = 1024;
    uint64_t jumps = 0;                      // of the timeline, that `samples` knows
    std::optional<uint32_t> last_timestamp;  // RTP
    bool rate_changed = false;               // since then
  };

  void OnVideo(ByteView message, uint32_t timestamp, ReadTime read);
  void OnAudio(ByteView message, uint32_t timestamp, ReadTime read);
  void OnVideoHeader(ByteView body);
  void OnAacHeader(ByteView body);
  void OnAccessUnit(const flv::VideoTag& tag, uint32_t timestamp, ReadTime read);
  void OnAac(ByteView access_unit, uint32_t timestamp, ReadTime read);
  void OnMp3(ByteView frames, uint32_t timestamp, ReadTime read);
  // Makes or changes the track if the frame differs in what a track says.
  void FollowMp3Header(const media::MpegAudioHeader& header, ByteView frame);
  // Makes the track, or changes it if it differs. Another codec makes another track.
  void SetAudioTrack(media::Track track, uint32_t sample_rate, uint32_t samples);
  // Of the next access unit, which begins at `ms` on the timeline.
  uint32_t NextSoundTimestamp(int64_t ms);
  // Makes the track, or changes it if it differs.
  void SetConfiguration(media::AvcDecoderConfiguration configuration);
  // Takes over parameter sets that an access unit carries itself.
  void FollowParameterSets(std::span<const ByteView> nal_units);
  // Tells of what this picture is the first to show, before its packets.
  void FollowPicture(const media::H264PictureKind& kind, int32_t composition_time_ms);
  absl::Status Announce(Track& track);
  void StartClock(Track& track, int64_t ms, uint32_t rtp_timestamp);
  void PushPackets(uint32_t track_id);
  void CheckReady();
  void Refuse(std::string_view codec_name);
  void UpdateRemark();
  int64_t MapTime(media::MediaKind kind, uint32_t timestamp, ReadTime read);

  fanout::Publication& publication_;
  RandomSource& random_;
  Counters& counters_;
  Timeline timeline_;
  std::optional<NtpTime> timeline_begin_;
  int64_t latest_ms_ = 0;  // that anything is presented at
  std::optional<Video> video_;
  std::optional<Audio> audio_;
  bool video_announced_ = true;  // until metadata says else
  bool audio_announced_ = true;
  double announced_frame_rate_ = 0;
  std::string refused_codecs_;
  rtp::payload::h264::Packetizer video_packetizer_;
  rtp::payload::aac::Packetizer audio_packetizer_;
  rtp::payload::mpeg_audio::Packetizer mp3_packetizer_;
  std::vector<rtp::Packet> packets_;  // of the message in hand
};

}  // namespace sluice::ingest
