// What a player gets of a stream with layers, chosen by REST.
#pragma once

#include <string>

#include "libs/directory/directory.h"
#include "libs/http/router.h"
#include "libs/rpc/channel_pool.h"
#include "services/http-gateway/session_url.h"

namespace sluice::http_gateway {

// "/api/v1/players/<node id>.<session id>/layers"
std::string LayersPath(const SessionUrl& url);

// PUT and POST of a LayerLimits as protobuf JSON to LayersPath(): 204; what is absent is not
// limited. 400 not that, 404 no such player, 415 another type. Public, as the session's own URL is:
// whoever knows the id may, pages of other origins too. What is given must outlive the router.
void AddLayerRoutes(http::Router& router, const directory::Directory& directory,
                    rpc::ChannelPool& channels);

}  // namespace sluice::http_gateway
