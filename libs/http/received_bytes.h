// Private to libs/http. (Apart, because <linux/tcp.h> and <libwebsockets.h> do not go together.)
#pragma once

#include <cstdint>

namespace sluice::http {

// Bytes that have come on a TCP socket, its FIN counted as one; 0 if the system does not say.
uint64_t ReceivedBytes(int fd);

}  // namespace sluice::http
