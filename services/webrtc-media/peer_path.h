// Where datagrams to a peer go: into a UDP socket's batch, or as frames into a TCP connection.
#pragma once

#include "libs/net/frame_batch.h"
#include "libs/net/send_batch.h"
#include "libs/srtp/packet_protector.h"
#include "libs/stun/ice_lite_responder.h"

namespace sluice::webrtc_media {

// TCP has room for FramePath::kVideoBound of video. Above it video waits with its source packets;
// if the connection has not caught up after kVideoPatience, it is skipped up to the next key frame
// (skipped_video() tells), while sound and control go on up to a bound of their own.
//
// Owned by the session; batches and connections outlive it or are taken from it by Lose(). One
// thread. The choice is a branch that goes the same way for a session's life, not a virtual call.
class PeerPath {
 public:
  static constexpr Duration kVideoPatience = 1s;

  PeerPath() = default;
  PeerPath(const PeerPath&) = delete;
  PeerPath& operator=(const PeerPath&) = delete;
  ~PeerPath() { Lose(); }

  void UseUdp(const net::SocketAddress& to, const net::SocketAddress& from, net::SendBatch& batch,
              bool segmentation = true) {
    if (batch_ != &batch) Lose();
    frames_ = nullptr;
    batch_ = &batch;
    udp_.to = to;
    udp_.from = from;
    udp_.segmentation = segmentation;
  }
  void UseTcp(net::FramePath& connection, net::FrameBatch& batch) {
    Lose();
    frames_ = &batch;
    connection_ = &connection;
    full_since_ = {};
  }
  // What is still built for UDP will not be sent: the path may go. Frames that a connection has
  // taken are sent as long as it lives.
  void Lose() {
    if (batch_ != nullptr) batch_->Forget(udp_);
    batch_ = nullptr;
    frames_ = nullptr;
  }
  bool valid() const { return batch_ != nullptr || frames_ != nullptr; }
  bool is_tcp() const { return frames_ != nullptr; }

  // A place for one datagram, to be written before the next flush; a full batch is flushed for it.
  // Empty = the socket is full, or the connection above its bound: keep the source packet and come
  // back. valid(). Packet path.
  std::span<uint8_t> Place(size_t size, bool video, Instant now, srtp::ProtectorEngine& engine) {
    if (batch_ == nullptr) return PlaceFrame(size, video, now, engine);
    std::span<uint8_t> place = batch_->Add(udp_, size, video, now);
    if (!place.empty() || batch_->blocked()) return place;
    engine.Flush();
    batch_->Flush(now);
    return batch_->Add(udp_, size, video, now);
  }

  // Changes when video has not been sent in time and must be skipped up to the next key frame.
  uint64_t skipped_video() const { return udp_.skipped_video; }

 private:
  std::span<uint8_t> PlaceFrame(size_t size, bool video, Instant now,
                                srtp::ProtectorEngine& engine) {
    if (!frames_->HasRoom(size)) {
      engine.Flush();
      frames_->Flush();
    }
    const std::span<uint8_t> place = frames_->Add(*connection_, size, video);
    if (video) NoteRoom(!place.empty(), now);
    return place;
  }

  // A connection that is full now and then, but carries its stream, comes below half of its bound.
  void NoteRoom(bool placed, Instant now) {
    if (placed) {
      if (connection_->unsent_bytes() < net::FramePath::kVideoBound / 2) full_since_ = {};
      return;
    }
    if (full_since_ == Instant{}) full_since_ = now;
    if (now - full_since_ < kVideoPatience) return;
    full_since_ = now;
    ++udp_.skipped_video;
  }

  net::SendBatch* batch_ = nullptr;    // UDP
  net::FrameBatch* frames_ = nullptr;  // TCP
  net::FramePath* connection_ = nullptr;
  Instant full_since_{};  // TCP
  net::UdpPath udp_;
};

}  // namespace sluice::webrtc_media
