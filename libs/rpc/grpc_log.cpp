#include "libs/rpc/grpc_log.h"

#include <grpc/support/log.h>

namespace sluice::rpc {

void SilenceGrpc() {
  gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace sluice::rpc
