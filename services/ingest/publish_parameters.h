// The parameters of a publisher's URL, as people may see them.
#pragma once

#include <string>
#include <string_view>

namespace sluice::ingest {

// Names only, "key=***&user=***": what publishers write there is mostly a secret, under any name.
//   app_query, stream_query: without '?'. Empty if both are. At most 32 names; a parameter without
//   '=' is shown as "***".
std::string ShownParameters(std::string_view app_query, std::string_view stream_query);

}  // namespace sluice::ingest
