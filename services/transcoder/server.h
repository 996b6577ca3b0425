// The transcoder's parts, joined.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/base/random.h"
#include "libs/daemon/daemon.h"
#include "services/transcoder/control.h"

namespace sluice::transcoder {

// Main loop only.
class Server final : public daemon::Parts {
 public:
  // Loads GStreamer and opens the fan-out socket. FailedPrecondition: a GStreamer plug-in is
  // missing.
  static absl::StatusOr<std::unique_ptr<Server>> Open(daemon::Context& context,
                                                      const Config& config);

  // daemon::Parts:
  std::vector<std::string> Listening() const override { return {}; }
  double Load() const override;
  void Drain(std::function<void()> drained) override;

 private:
  Server(daemon::Context& context, const Config& config);

  daemon::Context& context_;
  const Config& config_;
  SystemRandom random_;
  Counters counters_;
  fanout::FanoutServer fanout_server_;
  relay::Publications publications_;
  relay::RelayContext relays_;
  RenditionContext rendition_context_;
  Renditions renditions_;
  Control control_;
  metrics::RegistrationPtr registration_;
};

}  // namespace sluice::transcoder
