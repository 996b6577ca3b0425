// The console page and what it asks each second. Public: nothing in it tells an address.
#pragma once

#include <string>

#include "libs/directory/directory.h"
#include "libs/http/router.h"
#include "services/http-gateway/suite_status.h"

namespace sluice::http_gateway {

// /                  the page; its parts are below /console/
// /console/streams   what the page shows (ConsoleState below as JSON)
// open_publishing: common.open_publishing. What is given must outlive the router.
void AddConsoleRoutes(http::Router& router, SuiteStatus& suite,
                      const directory::Directory& directory, bool open_publishing);

// {"streams":[{"name","protocol","agent","since","players",
//              "video":{"codec","width","height","frameRate","bFrames"},"audio":{"codec","channels",
//              "rate"},"bitrateBps","remark","playersRemark",
//              "renditions":[{"profile","codec","bitrateBps","subscribers"}]}],
//  "rtmpPort":1935, "mayPublish":true}
// playersRemark: what its players get instead of the stream as published, and why.
// since: Unix ms, changes when a publisher comes back. rtmpPort: 0 = no ingest node is ready.
// mayPublish: publishing is taken from `visitor`, a numeric address.
std::string ConsoleState(const SuitePicture& picture, const directory::Directory& directory,
                         bool open_publishing, const std::string& visitor);

}  // namespace sluice::http_gateway
