// The streams that this daemon's RTMP players watch: its own publications, and other daemons' by
// relay.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/relay/publications.h"
#include "libs/relay/stream_relay.h"
#include "services/ingest/rtmp_play.h"

namespace sluice::ingest {

// One RtmpPlay per stream, made for the first player and gone after the last. Home loop only;
// outlives the players.
class PlayedStreams {
 public:
  // Ok: the player has been added. NotFound: no such stream; Unavailable: its daemon does not
  // answer. Once, never inside Join.
  using OnJoined = std::function<void(const absl::Status&)>;

  // All outlive this.
  PlayedStreams(relay::Publications& publications, relay::RelayContext& relays,
                StreamMessages& messages, Counters& counters)
      : publications_(publications), relays_(relays), messages_(messages), counters_(counters) {}
  ~PlayedStreams();
  PlayedStreams(const PlayedStreams&) = delete;
  PlayedStreams& operator=(const PlayedStreams&) = delete;

  // on_joined(Ok) comes right before the player's first OnMessages, and must not leave. Leave
  // before it: neither comes.
  void Join(const std::string& name, RtmpPlay::Player& player, OnJoined on_joined);
  // Also for one that is still joining. The player gets nothing any more.
  void Leave(const std::string& name, RtmpPlay::Player& player);
  // Gives the player once more what a joiner gets, inside the call. Nothing if it has left.
  void Replay(const std::string& name, RtmpPlay::Player& player);

  size_t size() const { return streams_.size(); }

 private:
  struct Joiner {
    RtmpPlay::Player* player;
    OnJoined on_joined;
  };
  struct Stream {
    Stream(std::string of, Counters& counters) : name(std::move(of)), play(counters) {}
    std::string name;
    RtmpPlay play;
    std::weak_ptr<fanout::Publication> publication;  // of this daemon; or
    std::unique_ptr<relay::StreamRelay> relay;
    bool open = false;
    std::vector<Joiner> joiners;  // not told yet

    bool ended() const;
  };
  using StreamPtr = std::shared_ptr<Stream>;

  StreamPtr Open(const std::string& name);
  void OnOpen(const std::weak_ptr<Stream>& opened, const absl::Status& status);
  void RemoveUnused();
  void Detach(Stream& stream);

  relay::Publications& publications_;
  relay::RelayContext& relays_;
  StreamMessages& messages_;
  Counters& counters_;
  std::map<std::string, StreamPtr> streams_;                    // by name
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false once this is deleted
};

}  // namespace sluice::ingest
