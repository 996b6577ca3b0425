// The publications that live in this daemon, as other daemons reach them: gRPC Fanout and Status.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "libs/fanout/fanout_server.h"
#include "libs/fanout/publication.h"
#include "libs/rpc/server.h"
#include "sluice/v1/status.pb.h"

namespace sluice::relay {

// Loop thread only. Destroyed after rpc::Server::Shutdown().
class Publications {
 public:
  // What this daemon's players are, for Status.ListPlayers. stream_name: empty = all streams.
  using ListPlayers = std::function<void(std::string_view stream_name, v1::ListPlayersResponse&)>;

  // Adds its services to `server`, which must not listen yet. Everything given outlives this.
  Publications(loop::EventLoop& loop, fanout::FanoutServer& fanout_server, rpc::Server& server);
  ~Publications();
  Publications(const Publications&) = delete;
  Publications& operator=(const Publications&) = delete;

  // Shows a publication under its key from now on. False: the key is taken.
  bool Add(std::shared_ptr<fanout::Publication> publication);
  // Does not end it. Nothing happens if it is not there.
  void Remove(const media::StreamKey& key);
  // nullptr: there is none.
  std::shared_ptr<fanout::Publication> Find(const media::StreamKey& key) const;
  const std::map<media::StreamKey, std::shared_ptr<fanout::Publication>>& all() const {
    return publications_;
  }

  // Unset: this daemon has no players.
  void OnListPlayers(ListPlayers list_players) { list_players_ = std::move(list_players); }

 private:
  class FanoutService;
  class StatusService;

  fanout::FanoutServer& fanout_server_;
  std::map<media::StreamKey, std::shared_ptr<fanout::Publication>> publications_;
  ListPlayers list_players_;
  std::unique_ptr<FanoutService> fanout_service_;
  std::unique_ptr<StatusService> status_service_;
};

}  // namespace sluice::relay
