// Built where libipsec-mb is not there (it is for x86-64 only).
#include "libs/srtp/engine.h"

namespace sluice::srtp {

std::unique_ptr<ProtectorEngine> MakeIpsecMbEngine() { return nullptr; }

}  // namespace sluice::srtp
