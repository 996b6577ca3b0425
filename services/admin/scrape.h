// Asks one daemon for its metrics.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/loop/timer.h"
#include "libs/net/stream_connection.h"

namespace sluice::admin {

// One GET /metrics over a connection of its own. Loop thread only.
class Scrape final : public net::StreamConnection::Delegate {
 public:
  // The page; Unavailable: nobody answers there, or not with 200; DeadlineExceeded after `timeout`;
  // ResourceExhausted: a page over metrics::kLargestPage.
  using OnPage = std::function<void(absl::StatusOr<std::string> page)>;

  // address: "host:port", numeric. on_page is called once, never from inside this call; it may
  // destroy the scrape. Destroying it before ends the request.
  Scrape(loop::EventLoop& loop, const std::string& address, Duration timeout, OnPage on_page);
  ~Scrape() override;

 private:
  absl::Status Start(const std::string& address);
  void OnBytes(ByteView bytes) override;
  void OnClosed(const absl::Status& status) override;
  // The last thing this does: the scrape may be gone afterwards.
  void Finish(absl::StatusOr<std::string> page);

  loop::EventLoop& loop_;
  OnPage on_page_;
  std::string received_;  // at most metrics::kLargestPage and a head
  absl::Status failed_;   // to be told in the next turn
  loop::Timer timer_;
  std::unique_ptr<net::StreamConnection> connection_;
};

}  // namespace sluice::admin
