#include "services/http-gateway/suite_status.h"

#include <map>
#include <set>
#include <utility>

#include "libs/base/text.h"
#include "libs/rpc/client.h"
#include "sluice/v1/status.grpc.pb.h"

namespace sluice::http_gateway {
namespace {

media::StreamKey KeyOf(const v1::StreamKey& key) { return {key.name(), key.rendition()}; }

// What the directory alone knows.
v1::StreamStatus FromDirectory(const v1::StreamEntry& entry) {
  v1::StreamStatus status;
  *status.mutable_key() = entry.key();
  status.set_publisher_protocol(entry.publisher_protocol());
  status.set_publisher_address(entry.publisher_address());
  status.mutable_created()->set_seconds(entry.created_unix_ms() / 1000);
  status.mutable_created()->set_nanos(
      static_cast<int32_t>(entry.created_unix_ms() % 1000 * 1'000'000));
  for (const v1::Track& track : entry.description().tracks()) {
    *status.add_tracks()->mutable_track() = track;
  }
  return status;
}

}  // namespace

uint32_t SuitePicture::CountPlayers(const std::string& stream_name) const {
  uint32_t count = 0;
  for (const KnownPlayer& player : players) count += player.status.key().name() == stream_name;
  return count;
}

// One round of questions. Answers come on the loop; the last one ends it.
struct SuiteStatus::Round {
  SuiteStatus* owner = nullptr;  // nullptr when it has gone
  std::map<media::StreamKey, KnownStream> streams;
  std::vector<KnownPlayer> players;
  int open_calls = 0;

  void OnStreams(const std::string& node_id, const v1::ListStreamsResponse& answer) {
    for (const v1::StreamStatus& status : answer.streams()) {
      auto found = streams.find(KeyOf(status.key()));
      // A node also has copies of other nodes' streams: the owner's word counts.
      if (found == streams.end() || found->second.node_id != node_id) continue;
      // The directory's time has milliseconds: it tells two publications of one name apart.
      google::protobuf::Timestamp created = found->second.status.created();
      found->second.status = status;
      *found->second.status.mutable_created() = created;
    }
  }
  void OnPlayers(const std::string& node_id, const v1::ListPlayersResponse& answer) {
    for (const v1::PlayerStatus& status : answer.players()) players.push_back({status, node_id});
  }
  void CallEnded() {
    if (--open_calls > 0 || owner == nullptr) return;
    SuitePicture picture{.players = std::move(players)};
    for (auto& [key, stream] : streams) picture.streams.push_back(std::move(stream));
    owner->End(std::move(picture));
  }
};

SuiteStatus::SuiteStatus(loop::EventLoop& loop, directory::Directory& directory,
                         rpc::ChannelPool& channels)
    : loop_(loop), directory_(directory), channels_(channels) {}

SuiteStatus::~SuiteStatus() {
  if (round_) round_->owner = nullptr;
}

void SuiteStatus::Get(OnPicture on_picture) {
  if (!round_ && taken_ && loop_.now() - *taken_ < kMaxAge) return on_picture(picture_);
  waiting_.push_back(std::move(on_picture));
  if (!round_) Begin();
}

void SuiteStatus::Begin() {
  round_ = std::make_shared<Round>();
  round_->owner = this;
  std::set<std::string> owners;
  for (const directory::StreamPtr& entry : directory_.ListStreams()) {
    round_->streams[KeyOf(entry->key())] = {FromDirectory(*entry), entry->node_id()};
    owners.insert(entry->node_id());
  }
  round_->open_calls = 1;  // this function, so that a round without calls ends, too
  for (const std::string& node_id : owners) {
    directory::NodePtr node = directory_.FindNode(node_id);
    if (!node) continue;
    ++round_->open_calls;
    rpc::CallUnary<v1::Status>(
        channels_, node->grpc_address(), &rpc::Methods<v1::Status>::ListStreams,
        v1::ListStreamsRequest(), kNodeTimeout,
        [round = round_, node_id](absl::StatusOr<v1::ListStreamsResponse> answer) {
          if (answer.ok()) round->OnStreams(node_id, *answer);
          round->CallEnded();
        });
  }
  for (const char* service : {"webrtc-media", "ingest"}) {
    for (const directory::NodePtr& node : directory_.ListNodes(service)) {
      ++round_->open_calls;
      rpc::CallUnary<v1::Status>(
          channels_, node->grpc_address(), &rpc::Methods<v1::Status>::ListPlayers,
          v1::ListPlayersRequest(), kNodeTimeout,
          [round = round_, node_id = node->id()](absl::StatusOr<v1::ListPlayersResponse> answer) {
            if (answer.ok()) round->OnPlayers(node_id, *answer);
            round->CallEnded();
          });
    }
  }
  std::shared_ptr<Round> round = round_;
  round->CallEnded();
}

void SuiteStatus::End(SuitePicture picture) {
  picture_ = std::move(picture);
  taken_ = loop_.now();
  round_.reset();
  for (OnPicture& on_picture : std::exchange(waiting_, {})) on_picture(picture_);
}

}  // namespace sluice::http_gateway
