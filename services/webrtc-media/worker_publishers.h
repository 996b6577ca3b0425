// The publishers of a worker, and the way of their media to the home loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "services/webrtc-media/publisher_session.h"
#include "services/webrtc-media/worker_event.h"
#include "services/webrtc-media/worker_sessions.h"

namespace sluice::webrtc_media {

// Carries out the home loop's commands about them. The worker's thread only.
class WorkerPublishers final : private PublisherSession::Listener {
 public:
  // All outlive it. now: of the present turn. emit: tells the home loop.
  WorkerPublishers(PeerTransport::Environment& environment, WorkerSessions& sessions,
                   PublishedQueue& queue, const Instant& now,
                   const std::function<void(WorkerEvent)>& emit)
      : environment_(environment), sessions_(sessions), queue_(queue), now_(now), emit_(emit) {}

  void Take(const std::unique_ptr<AddPublisher>& command);
  void Take(const std::unique_ptr<RemovePublisher>& command);
  void Take(const std::unique_ptr<RequestPublisherKeyFrame>& command);
  void Take(const std::unique_ptr<SetWanted>& command);

  // Feedback that is due: about each PublisherSession::kFeedbackInterval while any() is.
  void OnFeedback();
  bool any() const { return !publishers_.empty(); }
  // At the end of a turn: hands what has come to the home loop, and wakes it once.
  void Publish();
  // `publisher` has ended and is about to be deleted. Its last media goes first.
  void Forget(PublisherSession& publisher);

 private:
  // PublisherSession::Listener:
  void OnStarted(const PublisherSession& session) override;
  void OnSilent(const PublisherSession& session, bool silent) override;
  void OnReceived(PublisherSession& session) override { received_.push_back(&session); }

  PublisherSession* Find(const std::string& session_id);

  PeerTransport::Environment& environment_;
  WorkerSessions& sessions_;
  PublishedQueue& queue_;
  const Instant& now_;
  const std::function<void(WorkerEvent)>& emit_;
  std::vector<PublisherSession*> publishers_;
  std::vector<PublisherSession*> received_;  // have something for the home loop in this turn
};

}  // namespace sluice::webrtc_media
