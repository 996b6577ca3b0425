// The STUN messages of a controlling ICE agent with one remote candidate (RFC 8445).
#pragma once

#include <string>

#include "libs/base/bytes.h"
#include "libs/base/random.h"
#include "libs/net/socket_address.h"
#include "libs/stun/message.h"

namespace sluice::load {

struct IceCredentials {
  std::string local_ufrag;
  std::string local_password;
  std::string remote_ufrag;
  std::string remote_password;
};

// A binding request that nominates.
Bytes MakeCheck(const IceCredentials& credentials, RandomSource& random);
// The answer to a server's own check, which came from `server`.
Bytes AnswerCheck(const IceCredentials& credentials, const stun::MessageView& request,
                  const net::SocketAddress& server);

}  // namespace sluice::load
