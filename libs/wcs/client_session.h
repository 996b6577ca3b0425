// The server's side of one client connection as a state machine without I/O.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/instant.h"
#include "libs/base/random.h"
#include "libs/wcs/action.h"
#include "libs/wcs/client_message.h"
#include "libs/wcs/client_streams.h"
#include "libs/wcs/stream_news.h"
#include "libs/wcs/stream_object.h"

namespace sluice::wcs {

struct ClientSessionOptions {
  std::string node_id;     // shown to clients
  std::string session_id;  // "/clientIp:port/serverIp:port"
  ClientStreamsOptions streams;
  Duration ping_period = std::chrono::seconds(5);
  int max_missed_pongs = 10;
  Duration connect_timeout = std::chrono::seconds(10);  // for the connection message
};

// Inputs change the state and queue actions; TakeActions() hands them over. Every stream that was
// taken, published or played, ends in a final status or in the close of the socket.
class ClientSession {
 public:
  // `random` makes the authToken and must outlive this.
  ClientSession(ClientSessionOptions options, RandomSource& random, Instant now);

  // One text frame. Malformed ones are answered by `fail` and close the socket.
  void OnText(std::string_view text);
  // To be called at or after next_tick(): pings, and gives up a client that has missed too many or
  // has not connected in time.
  void OnTick(Instant now);
  Instant next_tick() const {
    return connected() ? next_ping_ : std::min(next_ping_, connect_deadline_);
  }
  // The socket has gone: StopStream for all streams. client_lost: not by session.disconnect(), the
  // page was closed or reloaded, or the client does not answer.
  void OnSocketClosed(bool client_lost);

  // Answers to StartStream, and news of streams. Unknown ids (stopped in the meantime) are ignored.
  void OnAnswered(std::string_view media_session_id, std::string_view answer_sdp) {
    streams_.OnAnswered(media_session_id, answer_sdp);
  }
  // Media flows: PUBLISHING or PLAYING. A player's PlayedStream comes before it.
  void OnStarted(std::string_view media_session_id) { streams_.OnStarted(media_session_id); }
  void OnNews(std::string_view media_session_id, const StreamNews& news) {
    streams_.OnNews(media_session_id, news);
  }
  // `status` is final; `info` is one of info.h or a text for people.
  void OnEnded(std::string_view media_session_id, StreamStatus status, std::string_view info) {
    streams_.OnEnded(media_session_id, status, info);
  }
  // The players could not be told.
  void OnEventRefused(std::string_view media_session_id, std::string_view why);
  void OnStreamLookedUp(const AvailableStreamRequest& request, bool available);

  std::vector<Action> TakeActions() { return actions_.Take(); }

  bool closed() const { return closed_; }
  bool connected() const { return !auth_token_.empty(); }
  const std::string& auth_token() const { return auth_token_; }
  const std::string& app_key() const { return app_key_; }
  const std::string& agent() const { return agent_; }  // clientBrowserVersion
  // For the sessions table: the streams as they stand.
  std::vector<StreamObject> Streams() const { return streams_.List(); }

 private:
  void On(const ConnectionRequest& request);
  void On(const StreamRequest& request) { streams_.Start(request, connected()); }
  void On(const StopStreamRequest& request) { streams_.Stop(request); }
  void On(const SendStreamEventRequest& request) { streams_.SendEvent(request); }
  void On(const AvailableStreamRequest& request);
  void On(const SnapshotRequest& request);
  void On(const SendDataRequest& request);
  void On(const CallRequest& request);
  void On(const Ping& request);
  void On(const Pong& request);
  void On(const UnknownRequest& request);

  void Close(CloseCause cause, std::string_view reason);

  ClientSessionOptions options_;
  RandomSource& random_;
  std::string app_key_;
  std::string auth_token_;
  std::string agent_;
  ActionQueue actions_;
  ClientStreams streams_;
  Instant next_ping_;
  Instant connect_deadline_;
  int missed_pongs_ = 0;
  bool closed_ = false;
};

}  // namespace sluice::wcs
