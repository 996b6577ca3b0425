// What a ClientSession wants its owner to do.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "libs/wcs/client_message.h"
#include "libs/wcs/stream_news.h"

namespace sluice::wcs {

struct SendText {
  std::string message;
};
// Make a publisher or a player. Answer by OnAnswered or OnEnded, whatever happens.
struct StartStream {
  StreamRequest request;
};
// End a publisher or a player, even one that has not been answered yet; also a publisher that has
// just ended, or never was. No answer is wanted.
struct StopStream {
  std::string media_session_id;
  bool client_lost = false;  // it went without a word: a publisher may come back under its name
};
// Tell the players of this publisher.
struct SendStreamEvent {
  std::string media_session_id;
  StreamEvent event;
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
using Action = std::variant<SendText, StartStream, StopStream, SendStreamEvent, LookUpStream,
                            CloseSocket, NoteRefusal>;

// The actions of one input, in order. Handed over after each input: bounded by what one makes.
class ActionQueue {
 public:
  void Push(Action action) { actions_.push_back(std::move(action)); }
  void Send(std::string message) { Push(SendText{std::move(message)}); }
  void Refused(std::string_view method, std::string_view why) {
    Push(NoteRefusal{std::string(method), std::string(why)});
  }
  // A warning of the session; with the name of an event as `method` it also ends what has the id.
  void Fail(std::string_view method, std::string_view id, std::string_view why);
  std::vector<Action> Take() { return std::exchange(actions_, {}); }

 private:
  std::vector<Action> actions_;
};

}  // namespace sluice::wcs
