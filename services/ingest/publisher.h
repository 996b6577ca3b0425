// One publisher: its claim on the name, its publication, and its entry in the directory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libs/loop/timer.h"
#include "libs/relay/claimed_publication.h"
#include "services/ingest/rtmp_publish.h"
#include "services/ingest/stream_messages.h"

namespace sluice::ingest {

// What all publishers of the daemon share; all of it outlives them.
struct PublisherContext : relay::ClaimContext {
  StreamMessages& messages;
  Counters& counters;
};

// Home loop only.
class Publisher {
 public:
  struct Request {
    std::string name;
    std::string address;  // host:port of the client
    std::string agent;    // what the client calls itself
    // Of its URL: kept for whoever decides about publishers; secrets, so shown by
    // ShownParameters() only.
    std::string app;
    std::string app_query;
    std::string query;
  };
  // Ok: publish on. AlreadyExists: the name is taken; InvalidArgument: not a stream name. Once,
  // never inside the constructor.
  using OnDecided = std::function<void(const absl::Status&)>;
  // The stream has ended from our side (name lost, no codec that is taken); at most once, after
  // OnDecided(Ok). May delete the publisher.
  using OnEnded = std::function<void(const absl::Status&)>;

  Publisher(PublisherContext& context, Request request, OnDecided on_decided, OnEnded on_ended);
  // End(kFailed) if it has not ended.
  ~Publisher();

  // Only after OnDecided(Ok); nothing happens once it has ended.
  void OnMessage(const rtmp::MediaEvent& message, ReadTime read);
  void OnMetadata(const amf::Value& metadata);
  void OnData(const std::vector<amf::Value>& values);

  // True from OnDecided(Ok) to the end.
  bool publishing() const { return publication_.get() != nullptr; }
  // Another client goes on with the stream, in place of the one that this was made for: same claim,
  // same publication, same players. Only while publishing. OnEnded is the new client's from now on.
  void TakeOver(Request request, OnEnded on_ended);
  // When the last audio or video message came, or publishing began.
  Instant last_media() const { return last_media_; }

  // Ends the publication and gives the name back. Idempotent.
  void End(fanout::EndCause cause, std::string detail);

  const std::string& name() const { return request_.name; }
  const Request& request() const { return request_; }

 private:
  void OnClaimed(const absl::Status& status);
  void OnNameLost(const absl::Status& reason);
  void OnWaitingOver();

  PublisherContext& context_;
  Request request_;
  OnDecided on_decided_;
  OnEnded on_ended_;
  relay::ClaimedPublication publication_;
  std::optional<RtmpPublish> mapping_;
  loop::Timer waiting_timer_;  // for the announced tracks
  Instant last_media_{};
};

}  // namespace sluice::ingest
