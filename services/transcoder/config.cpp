#include "services/transcoder/config.h"

namespace sluice::transcoder {

void Config::Describe(config::Section& section) {
  section.Bind("max_renditions", max_renditions, {1, 1000}, "renditions",
               "Renditions at a time; more are refused. One of sound takes 1 to 2 % of a core.");
  section.Bind("opus_bitrate_bps", opus_bitrate_bps, {12'000, 510'000}, "bits per second",
               "Bitrate of Opus in stereo; mono takes half of it.");
  section.Bind("rendition_linger", rendition_linger, {1s, 600s},
               "How long a rendition goes on without subscribers.");
}

}  // namespace sluice::transcoder
