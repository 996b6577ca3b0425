#include "tools/sluice-load/ice_check.h"

#include "libs/base/text.h"
#include "libs/stun/message_builder.h"

namespace sluice::load {
namespace {

constexpr uint32_t kPriority = 0x6effffff;  // peer reflexive, RFC 8445 §5.1.2

}  // namespace

Bytes MakeCheck(const IceCredentials& credentials, RandomSource& random) {
  stun::TransactionId id;
  random.Fill(id);
  Bytes message;
  stun::MessageBuilder builder(stun::Class::kRequest, stun::kBinding, id, message);
  builder.AddUsername(StrCat(credentials.remote_ufrag, ":", credentials.local_ufrag));
  builder.AddPriority(kPriority);
  builder.AddUseCandidate();
  builder.AddIceControlling(1);
  builder.AddMessageIntegrity(credentials.remote_password);
  builder.AddFingerprint();
  return message;
}

Bytes AnswerCheck(const IceCredentials& credentials, const stun::MessageView& request,
                  const net::SocketAddress& server) {
  Bytes message;
  stun::MessageBuilder builder(stun::Class::kSuccess, stun::kBinding, request.transaction_id,
                               message);
  builder.AddXorMappedAddress(stun::TransportAddress::From(server.raw()));
  builder.AddMessageIntegrity(credentials.local_password);
  builder.AddFingerprint();
  return message;
}

}  // namespace sluice::load
