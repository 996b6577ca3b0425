#include "services/ingest/played_streams.h"

#include <algorithm>
#include <utility>

namespace sluice::ingest {

PlayedStreams::~PlayedStreams() {
  *alive_ = false;
  for (auto& [name, stream] : streams_) Detach(*stream);
}

bool PlayedStreams::Stream::ended() const {
  if (relay != nullptr) return relay->ended();
  auto alive = publication.lock();
  return alive == nullptr || alive->fan().ended();
}

void PlayedStreams::Join(const std::string& name, RtmpPlay::Player& player, OnJoined on_joined) {
  StreamPtr& stream = streams_[name];
  if (stream == nullptr || stream->ended()) {
    StreamPtr old = std::exchange(stream, Open(name));
    if (old != nullptr) {
      stream->joiners = std::move(old->joiners);
      messages_.Detach(name, old->play);
    }
  }
  stream->joiners.push_back({&player, std::move(on_joined)});
  if (!stream->open) return;
  relays_.loop.Post([this, alive = alive_, weak = std::weak_ptr<Stream>(stream)] {
    if (*alive) OnOpen(weak, absl::OkStatus());
  });
}

PlayedStreams::StreamPtr PlayedStreams::Open(const std::string& name) {
  auto stream = std::make_shared<Stream>(name, counters_);
  media::StreamKey key{name, ""};
  auto publication = publications_.Find(key);
  if (publication != nullptr) {
    stream->publication = publication;
    stream->open = true;
    messages_.Attach(name, stream->play);
    publication->Attach(stream->play);
    return stream;
  }
  stream->relay = std::make_unique<relay::StreamRelay>(
      relays_, key, "", [this, weak = std::weak_ptr<Stream>(stream)](const absl::Status& status) {
        OnOpen(weak, status);
      });
  stream->relay->Attach(stream->play);
  return stream;
}

void PlayedStreams::OnOpen(const std::weak_ptr<Stream>& opened, const absl::Status& status) {
  StreamPtr stream = opened.lock();
  if (stream == nullptr) return;
  stream->open = status.ok();
  // One by one: what is sent to a player may end others.
  while (!stream->joiners.empty()) {
    Joiner joiner = std::move(stream->joiners.front());
    stream->joiners.erase(stream->joiners.begin());
    joiner.on_joined(status);
    if (status.ok()) stream->play.Add(*joiner.player);
  }
  if (!status.ok()) {
    // The relay is running its callback: it goes after it.
    relays_.loop.Post([this, alive = alive_] {
      if (*alive) RemoveUnused();
    });
  }
}

void PlayedStreams::Leave(const std::string& name, RtmpPlay::Player& player) {
  auto found = streams_.find(name);
  if (found == streams_.end()) return;
  found->second->play.Remove(player);
  std::erase_if(found->second->joiners,
                [&](const Joiner& joiner) { return joiner.player == &player; });
  // Not here: this may run inside the stream's own delivery.
  relays_.loop.Post([this, alive = alive_] {
    if (*alive) RemoveUnused();
  });
}

void PlayedStreams::RemoveUnused() {
  std::erase_if(streams_, [this](const auto& entry) {
    Stream& stream = *entry.second;
    if (!stream.play.empty() || !stream.joiners.empty()) return false;
    Detach(stream);
    return true;
  });
}

void PlayedStreams::Replay(const std::string& name, RtmpPlay::Player& player) {
  auto found = streams_.find(name);
  if (found != streams_.end()) found->second->play.Replay(player);
}

void PlayedStreams::Detach(Stream& stream) {
  messages_.Detach(stream.name, stream.play);
  if (auto publication = stream.publication.lock()) publication->Detach(stream.play);
  stream.relay.reset();
}

}  // namespace sluice::ingest
