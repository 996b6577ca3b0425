#include "services/transcoder/plugins.h"

#include <gst/gst.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::transcoder {
namespace {

constexpr std::array<Plugin, 2> kAlways = {
    {{"coreelements", "libgstreamer1.0-0"}, {"app", "gstreamer1.0-plugins-base"}}};

std::string PathOf(const Plugin& plugin) {
  return StrCat(SLUICE_GSTREAMER_PLUGINS, "/libgst", plugin.name, ".so");
}

absl::Status Load(const Plugin& plugin) {
  GError* error = nullptr;
  GstPlugin* loaded = gst_plugin_load_file(PathOf(plugin).c_str(), &error);
  if (loaded != nullptr) {
    gst_object_unref(loaded);
    return absl::OkStatus();
  }
  std::string reason = error != nullptr ? error->message : "unknown reason";
  g_clear_error(&error);
  return absl::FailedPreconditionError(StrCat("GStreamer plug-in ", plugin.name, " (package ",
                                              plugin.debian_package,
                                              ") cannot be loaded: ", reason));
}

}  // namespace

absl::Status LoadPlugins() {
  setenv("GST_REGISTRY_DISABLE", "yes", 1);
  setenv("GST_PLUGIN_SYSTEM_PATH_1_0", "", 1);
  GError* error = nullptr;
  if (!gst_init_check(nullptr, nullptr, &error)) {
    std::string reason = error != nullptr ? error->message : "unknown reason";
    g_clear_error(&error);
    return absl::FailedPreconditionError(StrCat("GStreamer does not start: ", reason));
  }
  return LoadPlugins(kAlways);
}

absl::Status LoadPlugins(std::span<const Plugin> plugins) {
  for (const Plugin& plugin : plugins) SLUICE_RETURN_IF_ERROR(Load(plugin));
  return absl::OkStatus();
}

absl::Status FindPlugins(std::span<const Plugin> plugins) {
  for (const Plugin& plugin : plugins) {
    if (std::filesystem::exists(PathOf(plugin))) continue;
    return absl::FailedPreconditionError(
        StrCat(PathOf(plugin), " (package ", plugin.debian_package, ") is not there"));
  }
  return absl::OkStatus();
}

}  // namespace sluice::transcoder
