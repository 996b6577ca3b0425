// The daemon: workers, players, control.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/daemon/daemon.h"
#include "services/webrtc-media/config.h"
#include "services/webrtc-media/control.h"

namespace sluice::webrtc_media {

class Server final : public daemon::Parts {
 public:
  // Opens the media ports. Errors name them, or the key that is wrong.
  static absl::StatusOr<std::unique_ptr<daemon::Parts>> Open(daemon::Context& context,
                                                             const Config& config);

  std::vector<std::string> Listening() const override;
  double Load() const override;
  void Drain(std::function<void()> drained) override;

 private:
  Server(daemon::Context& context, const Config& config);
  absl::Status Start();
  absl::Status StartWorkers(std::shared_ptr<const dtls::ServerContext> identity);
  absl::StatusOr<std::shared_ptr<const dtls::ServerContext>> MakeIdentity();

  daemon::Context& context_;
  const Config& config_;
  SystemRandom random_;
  // In the order in which they need each other: subscriptions close their feeds before their
  // publications and the workers go, and the workers tell nobody any more.
  SessionWatchers watchers_;
  fanout::FanoutServer fanout_server_;
  relay::Publications publications_;
  std::unique_ptr<WorkerPool> pool_;
  std::unique_ptr<Publishers> publishers_;
  std::unique_ptr<Players> players_;
  std::unique_ptr<WebRtcControl> webrtc_;
  metrics::RegistrationPtr registration_;
};

}  // namespace sluice::webrtc_media
