// Private to libs/http: one request and its response on one connection.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "libs/http/message.h"
#include "libs/http/refusal.h"
#include "libs/http/router.h"
#include "libs/loop/timer.h"

struct lws;

namespace sluice::http {

struct Core;

// Reads the request from the library, hands it to the router, writes the response in pieces when
// the socket can take them.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Core& core, lws* wsi) : core_(core), wsi_(wsi) {}

  // The header has arrived. Routes the request unless a body is awaited or it is refused.
  void Begin(std::string path);
  void OnBody(std::string_view piece);
  void OnBodyComplete();

  // Every response of ours says how it ends the connection.
  enum class Progress { kMore, kDone, kDoneAndClose, kBroken };
  Progress Write();

  // The connection has gone: an answer is dropped from now on.
  void Abandon() { wsi_ = nullptr; }
  bool answered() const { return response_.has_value(); }

 private:
  void ReadHeaders();
  // How many bytes of body follow, or nullopt if the request was refused.
  std::optional<uint64_t> ExpectedBody();
  // Why the header cannot be served, nullopt if it can.
  std::optional<Response> CheckHeader();
  void Refuse(Refusal reason, Response response);
  void StartBodyTimer();
  void Dispatch();
  void Answer(Response response);
  void Send(Response response);
  bool WriteHeader();

  Core& core_;
  lws* wsi_;
  Request request_;
  std::string what_;                         // method and path, for Refused
  std::string peer_address_;                 // after request_ has been handed over
  std::unique_ptr<loop::Timer> body_timer_;  // while a body is awaited
  bool dispatched_ = false;
  bool close_after_ = false;
  std::optional<Response> response_;
  bool header_written_ = false;
  size_t body_written_ = 0;
};

// The method and decoded path, or an empty path if the library cannot tell.
std::string ReadPath(lws* wsi, Method& method);
// The whole value of a header the library knows by `token`; empty if absent.
std::string ReadToken(lws* wsi, int token);
// Numeric, v4-mapped addresses as IPv4; empty if there is none. `port` may be nullptr.
std::string PeerAddress(int fd, uint16_t* port);
std::string ReadPeerAddress(lws* wsi, uint16_t* port);

}  // namespace sluice::http
