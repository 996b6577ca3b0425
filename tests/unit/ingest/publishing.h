// A publication that RTMP messages are mapped to, and what came out of it.
#pragma once

#include <catch2/catch.hpp>

#include "libs/rtp/payload/h264/depacketizer.h"
#include "services/ingest/rtmp_publish.h"
#include "tests/support/fixed_random.h"
#include "tests/support/media_builders.h"
#include "tests/unit/ingest/media_samples.h"

namespace sluice::ingest {

struct Publishing {
  Publishing() { publication.Attach(sink); }

  // A message that was read `at` after the start.
  void Receive(const rtmp::MediaEvent& event, Duration at = Duration(0)) {
    publish.OnMessage(event, {Instant(1000s) + at, NtpTime{1'000'000ull << 32}.Plus(at)});
    publication.Flush();
  }
  const media::Track& Track(media::MediaKind kind) {
    const media::Track* track = publication.description()->FindFirst(kind);
    REQUIRE(track != nullptr);
    return *track;
  }
  std::vector<rtp::PacketPtr> Packets(media::MediaKind kind) {
    std::vector<rtp::PacketPtr> packets;
    for (const rtp::PacketPtr& packet : sink.packets()) {
      if (packet->track_id == Track(kind).id) packets.push_back(packet);
    }
    return packets;
  }
  std::vector<rtp::payload::h264::AccessUnit> Pictures() {
    rtp::payload::h264::Depacketizer depacketizer;
    std::vector<rtp::payload::h264::AccessUnit> pictures;
    for (const auto& packet : Packets(media::MediaKind::kVideo)) {
      depacketizer.Push(*packet, pictures);
    }
    return pictures;
  }
  // The last report of each kind's track.
  rtp::ClockReport Clock(media::MediaKind kind) {
    rtp::ClockReport found;
    for (const auto& report : sink.Of<rtp::ClockReport>()) {
      if (report.track_id == Track(kind).id) found = report;
    }
    return found;
  }
  bool ready() const { return publication.description()->ready; }

  test::RecordingSink sink;
  loop::EventLoop loop;
  test::FixedRandom random;
  Counters counters;
  fanout::Publication publication{loop, random, {.key = {"cam", ""}}};
  RtmpPublish publish{publication, random, counters};
};

}  // namespace sluice::ingest
