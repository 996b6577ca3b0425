// What one publisher tells its players, on its way to the media node.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "libs/base/instant.h"
#include "libs/rpc/channel_pool.h"
#include "libs/wcs/stream_news.h"

namespace sluice::signalling_gateway {

// One call at a time, so that events arrive in the order they were said in. Lives on the loop.
class PublisherEvents {
 public:
  using OnRefused = std::function<void(const absl::Status& why)>;

  // Events that wait for a call; one that does not fit is refused (ResourceExhausted).
  static constexpr size_t kMaxWaiting = 64;
  static constexpr size_t kMaxWaitingBytes = 256 * 1024;

  // on_refused: an event did not reach the players; may be called inside Push(), not after the
  // destructor.
  PublisherEvents(rpc::ChannelPool& channels, std::string session_id, Duration call_timeout,
                  OnRefused on_refused);
  ~PublisherEvents() { *alive_ = false; }

  void Push(const wcs::StreamEvent& event);
  // The publisher exists on the node at this address: what has been said so far may go.
  void Open(std::string address);

 private:
  void SendNext();

  rpc::ChannelPool& channels_;
  std::string session_id_;
  Duration call_timeout_;
  OnRefused on_refused_;
  std::string address_;  // empty: not open yet
  bool calling_ = false;
  std::deque<wcs::StreamEvent> waiting_;
  size_t waiting_bytes_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::signalling_gateway
