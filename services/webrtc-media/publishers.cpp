#include "services/webrtc-media/publishers.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "services/webrtc-media/answer_map.h"

namespace sluice::webrtc_media {
namespace {

constexpr size_t kMaxAgent = 128;

void Add(const PublisherCounters& counters, Publishers::Received& sum) {
  for (const EncodingCounters& encoding : counters.encodings) {
    sum.packets += encoding.packets.value();
    sum.bytes += encoding.bytes.value();
    sum.lost += encoding.lost_packets.value();
    sum.recovered += encoding.recovered_packets.value();
  }
}

}  // namespace

Publishers::Publishers(Settings settings, relay::ClaimContext context, SessionWatchers& watchers)
    : settings_(std::move(settings)),
      context_(context),
      watchers_(watchers),
      second_timer_(context.loop, [this] { OnTick(); }) {}

Publishers::~Publishers() {
  *alive_ = false;
  for (auto& [name, stream] : streams_) {
    stream->End(fanout::EndCause::kNodeDrained, "this server is being stopped");
  }
}

void Publishers::SetPool(WorkerPool& pool) {
  pool_ = &pool;
  pool.SetPublisherDelegate(*this);
  second_timer_.Start(1s, 1s);
}

absl::Status Publishers::Check(const Request& request) const {
  if (draining_) return absl::UnavailableError("the node drains");
  if (!IsValidSessionId(request.session_id)) {
    return absl::InvalidArgumentError("session_id must be 1 to 128 printable characters");
  }
  if (!media::IsValidStreamName(request.stream_name)) {
    return absl::InvalidArgumentError("stream_name is not a stream name");
  }
  if (sessions_.contains(request.session_id)) {
    return absl::AlreadyExistsError(StrCat("session ", request.session_id, " is in use"));
  }
  const bool full = std::max(sessions_.size(), streams_.size()) >= settings_.max_publishers;
  if (full) {
    return absl::ResourceExhaustedError(
        "the node has as many publishers as it may (max_publishers)");
  }
  return absl::OkStatus();
}

absl::StatusOr<Publishers::Session> Publishers::Negotiate(Request request) {
  SLUICE_RETURN_IF_ERROR(Check(request));
  SLUICE_RETURN_IF_ERROR(CheckTransport(pool_->worker(0), request.transport));
  SLUICE_ASSIGN_OR_RETURN(const sdp::SessionDescription offer, sdp::Parse(request.offer_sdp));
  Session session;
  session.worker = pool_->LeastLoaded();
  const sdp::AnswerSettings ours = MakeAnswerSettings(
      settings_.identity, pool_->worker(session.worker), request.transport, context_.random);
  const sdp::PublisherLimits limits{.min_bitrate_bps = request.min_bitrate_bps,
                                    .max_bitrate_bps = request.max_bitrate_bps,
                                    .orientation = request.orientation,
                                    .codec_order = settings_.codec_order};
  SLUICE_ASSIGN_OR_RETURN(const sdp::PublisherAnswer answer,
                          sdp::MakePublisherAnswer(offer, ours, limits, context_.random));
  SLUICE_ASSIGN_OR_RETURN(session.settings,
                          ToPublisherSettings(request.session_id, answer, ours, limits));
  session.ice = CredentialsOf(session.settings.transport);
  session.ice.transport = request.transport;
  session.asked = session.settings.created = context_.loop.now();
  session.settings.counters = session.counters = std::make_shared<PublisherCounters>();
  session.answer = sdp::Serialize(answer.description);
  session.request = std::move(request);
  session.request.offer_sdp = {};  // its memory, too
  if (session.request.agent.size() > kMaxAgent) session.request.agent.resize(kMaxAgent);
  return session;
}

void Publishers::Create(Request request, OnAnswer on_answer) {
  absl::StatusOr<Session> negotiated = Negotiate(request);
  if (!negotiated.ok()) {
    LogRefusal(request, negotiated.status());
    return on_answer(negotiated.status());
  }
  const std::string id = request.session_id;
  const std::string& name = request.stream_name;
  negotiated->on_answer = std::move(on_answer);
  Session& session = sessions_[id] = *std::move(negotiated);
  const auto found = streams_.find(name);
  if (found == streams_.end()) {
    auto stream = std::make_unique<PublishedStream>(
        context_, static_cast<PublishedStream::Listener&>(*this), name, SourceOf(session));
    session.stream = stream.get();
    streams_[name] = std::move(stream);
    return;  // OnStreamDecided() follows
  }
  const absl::Status taken = TakeOver(*found->second, session);
  if (!taken.ok()) return Refuse(id, taken);
  Start(session);
}

PublishedStream::Source Publishers::SourceOf(const Session& session) const {
  PublishedStream::Source source{.session_id = session.request.session_id,
                                 .protocol = session.request.protocol,
                                 .address = session.request.client_address,
                                 .agent = session.request.agent,
                                 .encodings = {},
                                 .audio_muted = session.request.audio_muted,
                                 .video_muted = session.request.video_muted};
  for (const PublisherTrackSettings& track : session.settings.tracks) {
    for (const PublisherEncoding& encoding : track.encodings) {
      source.encodings.push_back({track.kind, track.mid, encoding.rid});
    }
  }
  return source;
}

bool Publishers::IsAlive(const Session& session) const {
  const Duration last_media(static_cast<int64_t>(session.counters->last_media_us.value()));
  return context_.loop.now() - std::max(session.asked, Instant(last_media)) < settings_.alive;
}

absl::Status Publishers::TakeOver(PublishedStream& stream, Session& session) {
  Session* present = Find(stream.session_id());
  if (!stream.live() || (present != nullptr && IsAlive(*present))) {
    return absl::AbortedError("Stream name is already in use");
  }
  if (present != nullptr) Remove(*present, EndReason::kReplaced);
  session.stream = &stream;
  stream.TakeOver(SourceOf(session));
  stream.StartGrace(std::max(settings_.grace, kConnecting));  // until its media comes
  ++counters_.taken_over;
  return absl::OkStatus();
}

void Publishers::OnStreamDecided(PublishedStream& stream, const absl::Status& status) {
  const std::string id = stream.session_id();
  if (status.ok()) return Start(*Find(id));
  EndStream(stream, fanout::EndCause::kFailed, "");
  Refuse(id, absl::IsAlreadyExists(status) ? absl::AbortedError("Stream name is already in use")
                                           : status);
}

void Publishers::Start(Session& session) {
  const std::string id = session.request.session_id;
  const absl::Status added =
      pool_->worker(session.worker).AddPublisher(std::exchange(session.settings, {}));
  if (!added.ok()) {
    EndStream(*session.stream, fanout::EndCause::kFailed, std::string(ToStd(added.message())));
    return Refuse(id, added);
  }
  ++counters_.created;
  session.state = State::kPending;
  context_.log.Info("publisher joined", {{"session", id},
                                         {"stream", session.request.stream_name},
                                         {"protocol", session.request.protocol},
                                         {"peer", session.request.client_address}});
  Tell(session, PresentOf(session));
  const OnAnswer on_answer = std::exchange(session.on_answer, nullptr);
  on_answer(SessionAnswer{std::exchange(session.answer, {}), EtagOf(session.ice)});
}

void Publishers::Refuse(const std::string& session_id, const absl::Status& status) {
  Session* session = Find(session_id);
  const OnAnswer on_answer = std::move(session->on_answer);
  LogRefusal(session->request, status);
  Forget(session_id);
  on_answer(status);
}

void Publishers::LogRefusal(const Request& request, const absl::Status& status) {
  ++counters_.refused;
  context_.log.WarningLimited("publisher refused", {{"session", request.session_id},
                                                    {"stream", request.stream_name},
                                                    {"peer", request.client_address},
                                                    {"cause", status}});
}

absl::Status Publishers::Close(const std::string& session_id, bool client_lost) {
  Session* session = Find(session_id);
  if (session == nullptr) return CloseWaiting(session_id, client_lost);
  if (session->state == State::kClaiming) {
    EndStream(*session->stream, fanout::EndCause::kPublisherStopped, "");
    Refuse(session_id, absl::CancelledError("closed before it was answered"));
    return absl::OkStatus();
  }
  PublishedStream* stream = session->stream;
  Remove(*session, EndReason::kClosed);
  if (stream == nullptr) return absl::OkStatus();
  // At once, whatever its worker is doing: the players are told within the second.
  const Duration grace = client_lost ? settings_.grace : settings_.stop_grace;
  if (grace == Duration(0) || !stream->had_media()) {
    EndStream(*stream, fanout::EndCause::kPublisherStopped, "the publisher stopped");
  } else {
    stream->Detach();
    stream->StartGrace(grace);
  }
  return absl::OkStatus();
}

// A browser's goodbye is often overtaken by the end of its DTLS: its stream waits for it already.
absl::Status Publishers::CloseWaiting(const std::string& session_id, bool client_lost) {
  const auto waits = [&](const auto& entry) {
    return entry.second->live() && entry.second->last_session_id() == session_id;
  };
  const auto found = std::find_if(streams_.begin(), streams_.end(), waits);
  if (session_id.empty() || found == streams_.end()) {
    return absl::NotFoundError(StrCat("no session ", session_id));
  }
  if (client_lost) return absl::OkStatus();  // it is waited for
  if (settings_.stop_grace == Duration(0)) {
    EndStream(*found->second, fanout::EndCause::kPublisherStopped, "the publisher stopped");
  } else {
    found->second->StartGrace(settings_.stop_grace);
  }
  return absl::OkStatus();
}

absl::StatusOr<PatchedIce> Publishers::Patch(const std::string& session_id, const IcePatch& patch) {
  Session* session = Find(session_id);
  if (session == nullptr || session->state == State::kClaiming) {
    return absl::NotFoundError(StrCat("no session ", session_id));
  }
  return PatchIce(session_id, patch, settings_.identity, pool_->worker(session->worker),
                  context_.random, session->ice);
}

absl::Status Publishers::Tell(const std::string& session_id, fanout::StreamEvent event) {
  Session* session = Find(session_id);
  if (session == nullptr || session->stream == nullptr) {
    return absl::NotFoundError(StrCat("no session ", session_id));
  }
  return session->stream->Tell(std::move(event));
}

// The session goes; it fills its stream no more.
void Publishers::Remove(Session& session, EndReason reason) {
  session.stream = nullptr;
  pool_->worker(session.worker).RemovePublisher(session.request.session_id, reason);
}

void Publishers::EndStream(PublishedStream& stream, fanout::EndCause cause,
                           const std::string& detail) {
  if (Session* session = Find(stream.session_id())) session->stream = nullptr;
  const auto found = streams_.find(stream.name());
  ended_.push_back(std::move(found->second));
  streams_.erase(found);
  context_.loop.Post([this, alive = alive_] {  // not inside its own callback
    if (*alive) ended_.clear();
  });
  ended_.back()->End(cause, detail);
}

void Publishers::OnPublisherStarted(const std::string& session_id) {
  Session* session = Find(session_id);
  if (session == nullptr) return;
  session->state = State::kPublishing;
  const Duration after = context_.loop.now() - session->asked;
  context_.log.Info("publisher publishes",
                    {{"session", session_id}, {"after_ms", ToMilliseconds(after)}});
  if (session->stream != nullptr) session->stream->StopGrace();
  v1::SessionEvent event = PresentOf(*session);
  event.mutable_time_to_first_media()->set_seconds(after.count() / 1'000'000);
  event.mutable_time_to_first_media()->set_nanos(
      static_cast<int32_t>(after.count() % 1'000'000 * 1000));
  Tell(*session, std::move(event));
}

void Publishers::OnPublisherMedia(const std::string& session_id, PublishedItems items) {
  Session* session = Find(session_id);
  if (session != nullptr && session->stream != nullptr) session->stream->OnMedia(items);
}

void Publishers::OnPublisherSilent(const std::string& session_id, bool silent) {
  Session* session = Find(session_id);
  if (session == nullptr || session->stream == nullptr) return;
  if (!silent) return session->stream->StopGrace();
  context_.log.Info("publisher is silent",
                    {{"session", session_id}, {"stream", session->request.stream_name}});
  session->stream->StartGrace(settings_.grace);
}

void Publishers::OnPublisherEnded(const std::string& session_id, EndReason reason,
                                  const std::string& detail) {
  Session* session = Find(session_id);
  if (session == nullptr) return;
  ++counters_.ended[static_cast<size_t>(reason)];
  context_.log.Info("publisher ended", {{"session", session_id},
                                        {"stream", session->request.stream_name},
                                        {"cause", EndReasonName(reason)},
                                        {"detail", detail}});
  v1::SessionEvent event;
  event.set_state(v1::SESSION_STATE_ENDED);
  event.set_end_reason(ToProto(reason));
  event.set_detail(detail);
  Tell(*session, std::move(event));
  if (session->stream != nullptr) LetGo(*session, detail);
  Forget(session_id);
}

// The publisher has vanished: its stream waits for another one, if players can have seen anything.
void Publishers::LetGo(Session& session, const std::string& why) {
  PublishedStream& stream = *std::exchange(session.stream, nullptr);
  if (!stream.had_media() || settings_.grace == Duration(0)) {
    return EndStream(stream, fanout::EndCause::kPublisherLost, why);
  }
  stream.Detach();
  if (!stream.in_grace()) stream.StartGrace(settings_.grace);
}

void Publishers::OnGraceOver(PublishedStream& stream) {
  if (Session* session = Find(stream.session_id())) Remove(*session, EndReason::kNoMedia);
  EndStream(stream, fanout::EndCause::kPublisherLost, "its publisher has not come back");
}

void Publishers::OnNameLost(PublishedStream& stream, const absl::Status& reason) {
  if (Session* session = Find(stream.session_id())) Remove(*session, EndReason::kNameLost);
  EndStream(stream, fanout::EndCause::kNameLost, std::string(ToStd(reason.message())));
}

void Publishers::OnKeyFrameWanted(const std::string& session_id, uint16_t encoding) {
  Session* session = Find(session_id);
  if (session == nullptr) return;
  ++counters_.key_frame_requests;
  pool_->worker(session->worker).RequestPublisherKeyFrame(session_id, encoding);
}

void Publishers::OnLayersWanted(const std::string& session_id, uint32_t encodings,
                                uint64_t bitrate_bps) {
  Session* session = Find(session_id);
  if (session == nullptr) return;
  pool_->worker(session->worker).SetWanted(session_id, encodings, bitrate_bps);
}

void Publishers::OnTick() {
  for (auto& [name, stream] : streams_) stream->OnTick(context_.loop.now());
  for (auto& [id, session] : sessions_) {
    if (session.state != State::kPublishing) continue;
    if (session.request.report_video_rate) TellVideoRate(session);
    if (session.stream == nullptr) continue;
    for (size_t i = 0; i < session.counters->encodings.size(); ++i) {
      session.stream->SetLost(i, session.counters->encodings[i].lost_packets.value());
    }
  }
}

void Publishers::TellVideoRate(const Session& session) {
  if (session.stream == nullptr) return;
  v1::SessionEvent event = PresentOf(session);
  event.mutable_video_rate()->set_bits_per_second(session.stream->VideoRate(*session.counters));
  Tell(session, std::move(event));
}

v1::SessionEvent Publishers::PresentOf(const Session& session) const {
  v1::SessionEvent event;
  event.set_session_id(session.request.session_id);
  event.set_state(session.state == State::kPublishing ? v1::SESSION_STATE_PUBLISHING
                                                      : v1::SESSION_STATE_PENDING);
  return event;
}

void Publishers::Tell(const Session& session, v1::SessionEvent event) {
  event.set_session_id(session.request.session_id);
  watchers_.Tell(session.request.owner, event);
}

void Publishers::AppendPresent(const std::string& owner,
                               std::vector<v1::SessionEvent>& present) const {
  for (const auto& [id, session] : sessions_) {
    if (session.request.owner != owner || session.state == State::kClaiming) continue;
    present.push_back(PresentOf(session));
  }
}

Publishers::Received Publishers::received() const {
  Received sum = ended_received_;
  for (const auto& [id, session] : sessions_) Add(*session.counters, sum);
  return sum;
}

void Publishers::Forget(const std::string& session_id) {
  const auto found = sessions_.find(session_id);
  Add(*found->second.counters, ended_received_);
  sessions_.erase(found);
  CheckDrained();
}

void Publishers::Drain(std::function<void()> drained) {
  draining_ = true;
  drained_ = std::move(drained);
  std::vector<PublishedStream*> waiting;  // for a publisher that cannot come here any more
  for (auto& [name, stream] : streams_) {
    if (stream->live() && Find(stream->session_id()) == nullptr) waiting.push_back(stream.get());
  }
  for (PublishedStream* stream : waiting) {
    EndStream(*stream, fanout::EndCause::kNodeDrained, "the node drains");
  }
  CheckDrained();
}

void Publishers::CheckDrained() {
  if (draining_ && sessions_.empty() && drained_ != nullptr) std::exchange(drained_, nullptr)();
}

Publishers::Session* Publishers::Find(const std::string& session_id) {
  const auto found = sessions_.find(session_id);
  return found == sessions_.end() ? nullptr : &found->second;
}

}  // namespace sluice::webrtc_media
