#include "services/webrtc-media/session_watchers.h"

#include <catch2/catch.hpp>

namespace sluice::webrtc_media {
namespace {

// Keeps what it is given, and ends after `capacity` events.
struct Record {
  std::vector<std::string> sessions;  // "done" for the mark
  size_t capacity = 100;
  bool alive = true;
};
class RecordingWriter final : public SessionWriter {
 public:
  explicit RecordingWriter(Record& record) : record_(record) {}
  ~RecordingWriter() override { record_.alive = false; }
  bool Write(const v1::SessionEvent& event) override {
    if (record_.sessions.size() >= record_.capacity) return false;
    record_.sessions.push_back(event.snapshot_done() ? "done" : event.session_id());
    return true;
  }

 private:
  Record& record_;
};

v1::SessionEvent Event(const std::string& session_id) {
  v1::SessionEvent event;
  event.set_session_id(session_id);
  return event;
}

TEST_CASE("a watcher gets the present state, the mark, then changes of its owner's sessions") {
  Record record;
  SessionWatchers watchers;
  watchers.Add("gateway-1", std::make_unique<RecordingWriter>(record), {Event("a"), Event("b")});
  watchers.Tell("gateway-1", Event("c"));
  watchers.Tell("gateway-2", Event("d"));
  CHECK(record.sessions == std::vector<std::string>{"a", "b", "done", "c"});
}

TEST_CASE("two watchers of one owner get the same") {
  Record first;
  Record second;
  SessionWatchers watchers;
  watchers.Add("gateway", std::make_unique<RecordingWriter>(first), {});
  watchers.Add("gateway", std::make_unique<RecordingWriter>(second), {});
  watchers.Tell("gateway", Event("a"));
  CHECK(first.sessions == second.sessions);
}

TEST_CASE("a watcher that has ended is forgotten, others go on") {
  Record slow{.sessions = {}, .capacity = 2};
  Record other;
  SessionWatchers watchers;
  watchers.Add("gateway", std::make_unique<RecordingWriter>(slow), {});
  watchers.Add("gateway", std::make_unique<RecordingWriter>(other), {});
  watchers.Tell("gateway", Event("a"));
  CHECK(watchers.size() == 2);
  watchers.Tell("gateway", Event("b"));
  CHECK(watchers.size() == 1);
  CHECK_FALSE(slow.alive);
  CHECK(other.sessions.size() == 3);
}

TEST_CASE("a watcher that ends during its snapshot is not kept") {
  Record record{.sessions = {}, .capacity = 1};
  SessionWatchers watchers;
  const std::vector<v1::SessionEvent> present = {Event("a"), Event("b")};
  CHECK(watchers.Add("gateway", std::make_unique<RecordingWriter>(record), present) == 0);
  CHECK(watchers.size() == 0);
  CHECK_FALSE(record.alive);
}

TEST_CASE("a watcher can be taken back") {
  Record record;
  SessionWatchers watchers;
  const uint64_t number = watchers.Add("gateway", std::make_unique<RecordingWriter>(record), {});
  watchers.Forget(number);
  watchers.Forget(number);
  watchers.Tell("gateway", Event("a"));
  CHECK(record.sessions == std::vector<std::string>{"done"});
}

}  // namespace
}  // namespace sluice::webrtc_media
