// Nodes and stream entries for tests.
#pragma once

#include <string>

#include "sluice/v1/node.pb.h"
#include "sluice/v1/stream.pb.h"

namespace sluice::test {

inline v1::Node MakeNode(const std::string& id, double load = 0,
                         const std::string& service = "ingest",
                         const std::string& incarnation = "1") {
  v1::Node node;
  node.set_id(id);
  node.set_service(service);
  node.set_incarnation(incarnation);
  node.set_grpc_address("127.0.0.1:4000");
  node.set_state(v1::NODE_STATE_READY);
  node.set_load(load);
  return node;
}

// created: milliseconds since 1970; tells which of two streams of one name is the older.
inline v1::StreamEntry MakeStream(const std::string& name, const std::string& node_id = "",
                                  int64_t created = 1000, const std::string& rendition = "") {
  v1::StreamEntry entry;
  entry.mutable_key()->set_name(name);
  entry.mutable_key()->set_rendition(rendition);
  entry.set_node_id(node_id);
  entry.set_incarnation("1");
  entry.set_publisher_protocol("rtmp");
  entry.set_created_unix_ms(created);
  return entry;
}

}  // namespace sluice::test
