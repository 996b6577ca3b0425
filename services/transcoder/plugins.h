// The GStreamer plug-ins that the daemon uses, loaded by name.
#pragma once

#include <span>

#include "absl/status/status.h"

namespace sluice::transcoder {

struct Plugin {
  const char* name;            // of the file libgst<name>.so
  const char* debian_package;  // for messages
};

// Initialises GStreamer without its registry, whose building scans all plug-ins for seconds, and
// loads the small ones that every rendition uses. FailedPrecondition: one is missing; its Debian
// package is in the message. Once per process, before other threads read the environment.
absl::Status LoadPlugins();

// Loads those that are not loaded yet. Errors: as LoadPlugins(). Any thread.
absl::Status LoadPlugins(std::span<const Plugin> plugins);

// Whether their files are there, without loading them. Errors: as LoadPlugins().
absl::Status FindPlugins(std::span<const Plugin> plugins);

}  // namespace sluice::transcoder
