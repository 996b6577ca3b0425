// REST of WCS below /rest-api: bodies and codes as WCS has them.
#pragma once

#include <string>

#include "libs/http/router.h"
#include "services/http-gateway/access.h"
#include "services/http-gateway/suite_status.h"

namespace sluice::http_gateway {

// Routes of /rest-api/stream/find and /find_all, by POST and GET. allow_origin: as in the
// configuration. What is given must outlive the router.
void AddRestRoutes(http::Router& router, Access& access, SuiteStatus& suite,
                   const std::string& allow_origin);

}  // namespace sluice::http_gateway
