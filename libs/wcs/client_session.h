// The server's side of one client connection as a state machine without I/O.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libs/base/instant.h"
#include "libs/base/random.h"
#include "libs/wcs/client_message.h"
#include "libs/wcs/stream_object.h"

namespace sluice::wcs {

// --- What the owner has to do, in order ---
struct SendText {
  std::string message;
};
// Make a player. Answer by OnPlayAnswered or OnPlayEnded, whatever happens.
struct StartPlay {
  PlayStreamRequest request;
};
// End a player, even one that has not been answered yet. No answer is wanted.
struct StopPlay {
  std::string media_session_id;
};
// Find out whether the stream is there, then OnStreamLookedUp.
struct LookUpStream {
  AvailableStreamRequest request;
};
// Close the socket; the session is over.
enum class CloseCause : uint8_t { kMalformed, kNoConnection, kKeepAlive };
struct CloseSocket {
  CloseCause cause = CloseCause::kMalformed;
  std::string reason;
};
// Nothing to do but to count and to log: a request was refused, and the client has been told.
struct NoteRefusal {
  std::string method;
  std::string why;
};
using Action = std::variant<SendText, StartPlay, StopPlay, LookUpStream, CloseSocket, NoteRefusal>;

// What a player gets, as far as it is known when it begins.
struct PlayedStream {
  bool has_video = true;
  bool has_audio = true;
  uint32_t width = 0;  // pixels; 0 = not known
  uint32_t height = 0;
};

struct ClientSessionOptions {
  std::string node_id;     // shown to clients
  std::string session_id;  // "/clientIp:port/serverIp:port"
  size_t max_streams = 100;
  Duration ping_period = std::chrono::seconds(5);
  int max_missed_pongs = 10;
  Duration connect_timeout = std::chrono::seconds(10);  // for the connection message
  int64_t (*unix_ms)() = nullptr;                       // for createDate; nullptr = 0
};

// Inputs change the state and queue actions; TakeActions() hands them over. Every play that was
// taken ends in a final status or in the close of the socket.
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
  // The socket has gone: StopPlay for all players.
  void OnSocketClosed();

  // Answers to StartPlay, and news of players. Unknown ids (stopped in the meantime) are ignored.
  void OnPlayAnswered(std::string_view media_session_id, std::string_view answer_sdp);
  void OnPlaying(std::string_view media_session_id, const PlayedStream& played);
  // `status` is final; `info` is one of info.h or a text for people.
  void OnPlayEnded(std::string_view media_session_id, StreamStatus status, std::string_view info);
  void OnStreamLookedUp(const AvailableStreamRequest& request, bool available);

  std::vector<Action> TakeActions();

  bool closed() const { return closed_; }
  bool connected() const { return !auth_token_.empty(); }
  const std::string& auth_token() const { return auth_token_; }
  const std::string& app_key() const { return app_key_; }
  // For the sessions table: the streams as they stand.
  std::vector<StreamObject> Streams() const;

 private:
  void On(const ConnectionRequest& request);
  void On(const PublishStreamRequest& request);
  void On(const PlayStreamRequest& request);
  void On(const StopStreamRequest& request);
  void On(const UnpublishStreamRequest& request);
  void On(const AvailableStreamRequest& request);
  void On(const SnapshotRequest& request);
  void On(const SendDataRequest& request);
  void On(const CallRequest& request);
  void On(const Ping& request);
  void On(const Pong& request);
  void On(const UnknownRequest& request);

  void Send(std::string message) { actions_.push_back(SendText{std::move(message)}); }
  void Close(CloseCause cause, std::string_view reason);
  void Refused(std::string_view method, std::string_view why);
  // A warning of the session; with the name of an event as `method` it also ends what has the id.
  void Fail(std::string_view method, std::string_view id, std::string_view why);
  void FailStream(std::string_view id, std::string_view name, std::string_view info,
                  bool published);

  ClientSessionOptions options_;
  RandomSource& random_;
  std::string app_key_;
  std::string auth_token_;
  std::map<std::string, StreamObject, std::less<>> plays_;  // at most options_.max_streams
  std::vector<Action> actions_;  // handed over after each input: bounded by what one input makes
  Instant next_ping_;
  Instant connect_deadline_;
  int missed_pongs_ = 0;
  bool closed_ = false;
};

}  // namespace sluice::wcs
