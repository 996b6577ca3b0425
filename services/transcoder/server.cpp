#include "services/transcoder/server.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "services/transcoder/metrics.h"
#include "services/transcoder/opus_pipeline.h"
#include "services/transcoder/picture_pipeline.h"
#include "services/transcoder/plugins.h"

namespace sluice::transcoder {
namespace {

constexpr char kFanoutSocket[] = "/transcoder.fanout";  // in run_dir

}  // namespace

Server::Server(daemon::Context& context, const Config& config)
    : context_(context),
      config_(config),
      fanout_server_(context.loop, random_),
      publications_(context.loop, fanout_server_, context.rpc),
      relays_{context.loop, context.directory, context.channels, context.node_id, context.host_id},
      rendition_context_{context.loop,  context.log, random_,  relays_,
                         publications_, config,      counters_},
      renditions_(rendition_context_),
      control_(context.loop, renditions_) {
  context.rpc.AddService(control_);
}

absl::StatusOr<std::unique_ptr<Server>> Server::Open(daemon::Context& context,
                                                     const Config& config) {
  SLUICE_RETURN_IF_ERROR(LoadPlugins());
  SLUICE_RETURN_IF_ERROR(OpusPipeline::FindPlugins());
  SLUICE_RETURN_IF_ERROR(PicturePipeline::FindPlugins());
  std::unique_ptr<Server> server(new Server(context, config));
  SLUICE_RETURN_IF_ERROR(server->fanout_server_.Listen(context.common.run_dir + kFanoutSocket));
  server->registration_ =
      context.metrics.Collect(context.loop, [parts = server.get()](metrics::Scrape& scrape) {
        Collect(parts->renditions_.size(), parts->counters_, parts->fanout_server_.counters(),
                scrape);
      });
  return server;
}

double Server::Load() const { return renditions_.Load(); }

void Server::Drain(std::function<void()> drained) { renditions_.Drain(std::move(drained)); }

}  // namespace sluice::transcoder
