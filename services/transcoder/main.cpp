// sluice-transcoder: renditions of streams (sound to Opus, pictures to plain H.264).
#include "services/transcoder/server.h"

int main(int argc, char** argv) {
  sluice::transcoder::Config config;
  return sluice::daemon::RunWith(
      argc, argv, {"transcoder", "renditions of streams: Opus, H.264 without B-frames, VP8"},
      config,
      [&](sluice::daemon::Context& context)
          -> absl::StatusOr<std::unique_ptr<sluice::daemon::Parts>> {
        return sluice::transcoder::Server::Open(context, config);
      });
}
