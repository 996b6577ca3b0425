// Our own JSON below /api/v1 (the protobuf JSON mapping), and what machines ask: /health, /ready.
#pragma once

#include "libs/directory/directory.h"
#include "libs/http/router.h"
#include "services/http-gateway/access.h"
#include "services/http-gateway/suite_status.h"

namespace sluice::http_gateway {

// /api/v1/streams  v1.ListStreamsResponse of all nodes, renditions included
// /api/v1/players  v1.ListPlayersResponse of all nodes
// /api/v1/nodes    the directory's nodes
// /api/v1/openapi.json
// What is given must outlive the router.
void AddApiRoutes(http::Router& router, Access& access, SuiteStatus& suite,
                  const directory::Directory& directory);

// /health: 200 while the process serves. /ready: 200 when the directory has been read and a media
// node is ready, else 503; the body says what is missing. Both are public.
void AddHealthRoutes(http::Router& router, const directory::Directory& directory);

}  // namespace sluice::http_gateway
