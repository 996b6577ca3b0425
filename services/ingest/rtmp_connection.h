// One RTMP client: its socket, its protocol, and what it publishes and plays.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "libs/net/stream_connection.h"
#include "libs/rtmp/server_protocol.h"
#include "services/ingest/config.h"
#include "services/ingest/publisher.h"
#include "services/ingest/rtmp_player.h"

namespace sluice::ingest {

class RtmpConnection;

// What all connections share; all of it outlives them.
struct ConnectionContext {
  PublisherContext& publishers;
  PlayedStreams& streams;
  const Config& config;
  bool open_publishing = false;  // false: loopback and private networks only
  bool draining = false;         // no new publishers and players
  // Finds the publisher of a name among the connections other than `asking`, and takes it away from
  // its own (RtmpConnection::GiveUpPublisher). nullptr: there is none. Unset: no takeover.
  std::function<std::unique_ptr<Publisher>(const std::string& name, const RtmpConnection& asking)>
      take_publisher;
};

// Home loop only.
class RtmpConnection final : public net::StreamConnection::Delegate {
 public:
  // on_closed: the last call, never inside the constructor; delete the connection later, not
  // inside.
  RtmpConnection(ConnectionContext& context, net::OwnedFd fd, net::SocketAddress peer,
                 uint64_t number, std::function<void(RtmpConnection&)> on_closed);
  ~RtmpConnection() override;

  // Once a second: time-outs and pings.
  void CheckTime(Instant now);
  // For the players' list. Each player's address is peer().
  void ForEachPlayer(const std::function<void(const RtmpPlayer&)>& visit) const;
  // Ends every stream it publishes.
  void EndPublishers(fanout::EndCause cause, const std::string& detail);

  // If it publishes the stream: tells its client that another has taken it over, closes, and gives
  // the publisher away. Else nullptr.
  std::unique_ptr<Publisher> GiveUpPublisher(const std::string& name);
  // A client that has not sent its connect command.
  bool silent() const { return !connected_ && !closing_; }
  // Closes a silent one to make room.
  void PushOut();

  const std::string& peer() const { return peer_text_; }
  size_t publisher_count() const { return publishers_.size(); }
  size_t player_count() const { return players_.size(); }
  size_t unsent_bytes() const { return connection_.unsent_bytes(); }

  // net::StreamConnection::Delegate:
  void OnBytes(ByteView bytes) override;
  void OnClosed(const absl::Status& status) override;

 private:
  void HandleEvents();
  void OnEvent(const rtmp::ConnectEvent& event);
  void OnEvent(const rtmp::PublishEvent& event);
  void OnEvent(const rtmp::PlayEvent& event);
  void OnEvent(const rtmp::MediaEvent& event);
  void OnEvent(const rtmp::MetadataEvent& event);
  void OnEvent(const rtmp::StreamEndEvent& event);
  void OnEvent(const rtmp::DataEvent& event);
  void OnEvent(const rtmp::PauseEvent& event);
  void OnEvent(const rtmp::ReceiveEvent& event);
  // True if another connection published the stream, and this one does now.
  bool TakeOver(const rtmp::PublishEvent& event);
  Publisher::Request RequestFor(const rtmp::PublishEvent& event) const;
  // Closes if one of its publishers has stalled.
  void CheckPublishers(Instant now);
  void OnPublishDecided(uint32_t stream_id, const absl::Status& status);
  void OnPublishEnded(uint32_t stream_id, const absl::Status& status);
  void OnPlayDecided(uint32_t stream_id, const absl::Status& status);
  void OnPlayEnded(uint32_t stream_id, const fanout::StreamEnd& end);
  // OK: may publish. PermissionDenied, Unavailable.
  absl::Status MayPublish() const;
  void RefusePublish(uint32_t stream_id, const std::string& name, const absl::Status& status);
  // Holds further events, and the socket, until Resume.
  void Wait();
  void Resume();
  void FlushOutput();
  // Sends what there is and closes; the log says why.
  void CloseBecause(std::string_view event, const absl::Status& status);
  Counters& counters() { return context_.publishers.counters; }
  log::Logger& log() { return context_.publishers.log; }
  loop::EventLoop& loop() { return context_.publishers.loop; }

  ConnectionContext& context_;
  net::SocketAddress peer_;
  std::string peer_text_;
  uint64_t number_;  // of the connection, for players' ids
  uint64_t players_made_ = 0;
  std::function<void(RtmpConnection&)> on_closed_;
  rtmp::ServerProtocol protocol_;
  std::string agent_;
  std::string app_;
  std::string app_query_;
  bool connected_ = false;  // the connect command has come
  bool closing_ = false;
  bool waiting_ = false;            // for an answer to a publish or play
  std::deque<rtmp::Event> events_;  // at most those of one read, since it is paused meanwhile
  std::vector<rtmp::Event> fresh_;  // of the bytes in hand
  ReadTime read_;                   // of the bytes in hand
  std::map<uint32_t, std::unique_ptr<Publisher>> publishers_;  // by RTMP message stream
  std::map<uint32_t, std::unique_ptr<RtmpPlayer>> players_;    // by RTMP message stream
  Instant opened_;
  Instant last_sign_of_life_;  // bytes came, or left for players
  Instant last_ping_;
  uint64_t sent_bytes_seen_ = 0;
  uint64_t ignored_seen_ = 0;
  net::StreamConnection connection_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false once this is deleted
};

}  // namespace sluice::ingest
