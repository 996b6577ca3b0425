#include "libs/daemon/common_config.h"

namespace sluice::daemon {

void CommonConfig::Describe(config::Section& section) {
  section.Bind("advertise", advertise,
               "Addresses that clients outside reach this host by, \"public\" or "
               "\"public=inside\" for one-to-one NAT; empty: loopback and interface addresses.");
  section.Bind("directory", directory, "etcd endpoints.");
  section.Bind("run_dir", run_dir, "Folder of Unix sockets and ready files.");
  section.Bind("node_name", node_name,
               "This host's part of the nodes' ids, unique in the directory; empty: host name.");
  section.Bind("log_level", log_level,
               {{"debug", log::Level::kDebug},
                {"info", log::Level::kInfo},
                {"warning", log::Level::kWarning},
                {"error", log::Level::kError}},
               "Least important events that are logged.");
  section.Bind("log_format", log_format,
               {{"text", log::Format::kText}, {"json", log::Format::kJson}}, "Form of a log line.");
  section.Bind("drain_timeout", drain_timeout, {0s, 86400s},
               "How long a daemon that was asked to stop waits for its sessions to end.");
  section.Bind("tls_certificate", tls_certificate,
               "PEM file of the certificate chain; empty: listeners with TLS stay closed.");
  section.Bind("tls_private_key", tls_private_key, "PEM file of the certificate's key.");
  section.Bind("admin_password_file", admin_password_file,
               "File whose first line is the password of the user admin; empty: none exists, and "
               "what needs credentials answers on loopback only.");
  section.Bind("open_publishing", open_publishing,
               "Take publishers from all addresses; false: from loopback and private networks.");
  section.Bind("control_address", control_address,
               "Numeric address where gRPC and metrics listen and other daemons find them.");
}

void EndpointConfig::Describe(config::Section& section) {
  section.Bind("grpc_port", grpc_port, "Port of gRPC on common.control_address.");
  section.Bind("metrics_port", metrics_port, "Port of /metrics on common.control_address.");
}

}  // namespace sluice::daemon
