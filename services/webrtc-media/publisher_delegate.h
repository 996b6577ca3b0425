// What the home loop gets to know of the workers' publishers.
#pragma once

#include <string>

#include "services/webrtc-media/published_item.h"
#include "services/webrtc-media/transport_settings.h"

namespace sluice::webrtc_media {

// Called on the home loop, never from inside a call to a worker.
class PublisherDelegate {
 public:
  virtual ~PublisherDelegate() = default;
  // The first authentic media packet has come. Before its OnPublisherMedia().
  virtual void OnPublisherStarted(const std::string& session_id) = 0;
  // Everything of one or more turns of the worker, in order.
  virtual void OnPublisherMedia(const std::string& session_id, PublishedItems items) = 0;
  // True: nothing authentic has come for PublisherSettings::silence. False: it comes again. Not
  // before OnPublisherStarted().
  virtual void OnPublisherSilent(const std::string& session_id, bool silent) = 0;
  // The last word about a publisher, RemovePublisher's included. detail: for people.
  virtual void OnPublisherEnded(const std::string& session_id, EndReason reason,
                                const std::string& detail) = 0;
};

}  // namespace sluice::webrtc_media
