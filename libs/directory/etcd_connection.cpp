#include "libs/directory/etcd_connection.h"

namespace sluice::directory {

void EtcdConnection::Fail(const absl::Status& status) {
  if (closed()) return;
  Close();
  // A stream that etcd ends without an error has ended all the same.
  on_failure_(status.ok() ? absl::UnavailableError("etcd ended the stream") : status);
}

}  // namespace sluice::directory
