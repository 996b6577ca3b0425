#include "services/webrtc-media/worker_publishers.h"

#include <utility>

namespace sluice::webrtc_media {

void WorkerPublishers::Take(const std::unique_ptr<AddPublisher>& command) {
  Listener& listener = *this;
  auto publisher = std::make_unique<PublisherSession>(
      environment_, listener, std::move(*command->settings), command->number, now_);
  publishers_.push_back(publisher.get());
  sessions_.Add(std::move(publisher));
  environment_.counters.publishers.Set(publishers_.size());
}

void WorkerPublishers::Take(const std::unique_ptr<RemovePublisher>& command) {
  PublisherSession* publisher = Find(command->session_id);
  if (publisher == nullptr) return;
  publisher->End(command->reason, "on request", now_);
  sessions_.Settle(*publisher);
}

void WorkerPublishers::Take(const std::unique_ptr<RequestPublisherKeyFrame>& command) {
  PublisherSession* publisher = Find(command->session_id);
  if (publisher != nullptr) publisher->RequestKeyFrame(command->encoding, now_);
}

void WorkerPublishers::Take(const std::unique_ptr<SetWanted>& command) {
  PublisherSession* publisher = Find(command->session_id);
  if (publisher != nullptr) publisher->SetWanted(command->encodings, command->bitrate_bps, now_);
}

void WorkerPublishers::OnFeedback() {
  for (PublisherSession* publisher : publishers_) {
    publisher->OnFeedback(now_);
    sessions_.Settle(*publisher);
  }
}

void WorkerPublishers::Publish() {
  if (received_.empty()) return;
  bool published = false;
  for (PublisherSession* publisher : std::exchange(received_, {})) {
    publisher->GiveUp(now_);
    PublishedTurn& turn = publisher->turn();
    if (!turn.items.empty()) {
      published = queue_.Push(publisher->number(), turn.items, turn.bytes) || published;
    }
    publisher->OnTurnEnd(now_);
  }
  if (published && queue_.NeedsWake()) emit_(MediaPublished{});
}

void WorkerPublishers::Forget(PublisherSession& publisher) {
  Publish();
  std::erase(publishers_, &publisher);
  environment_.counters.publishers.Set(publishers_.size());
}

void WorkerPublishers::OnStarted(const PublisherSession& session) {
  emit_(PublisherStarted{session.id()});
}

void WorkerPublishers::OnSilent(const PublisherSession& session, bool silent) {
  emit_(PublisherSilent{session.id(), silent});
}

PublisherSession* WorkerPublishers::Find(const std::string& session_id) {
  return dynamic_cast<PublisherSession*>(sessions_.Find(session_id));
}

}  // namespace sluice::webrtc_media
