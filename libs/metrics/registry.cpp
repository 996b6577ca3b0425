#include "libs/metrics/registry.h"

#include <algorithm>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/text.h"
#include "libs/metrics/families.h"

namespace sluice::metrics {
namespace {

constexpr absl::Duration kLongestWait = absl::Seconds(1);

std::string Prefix(const std::string& service) {
  std::string out = StrCat("sluice_", service, "_");
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

struct Collecting {
  loop::EventLoop* loop;
  Registry::Collector collect;  // emptied on the loop when its registration goes
};

// One scrape's gathering from several loops.
class Gathering {
 public:
  explicit Gathering(std::string prefix) { families_.prefix = std::move(prefix); }

  void Expect() {
    absl::MutexLock lock(&mutex_);
    ++waiting_for_;
  }
  // On a collector's loop.
  void Take(const Registry::Collector& collect) {
    Scrape::Families own{.prefix = families_.prefix};
    Scrape scrape(own);
    collect(scrape);
    absl::MutexLock lock(&mutex_);
    if (!closed_) families_.Merge(own);
  }
  void Answered() {
    absl::MutexLock lock(&mutex_);
    if (--waiting_for_ == 0) all_in_.Signal();
  }
  // Waits for all that were expected, at most kLongestWait. What comes later is left out.
  void Close() {
    absl::MutexLock lock(&mutex_);
    absl::Time deadline = absl::Now() + kLongestWait;
    bool late = false;
    while (waiting_for_ > 0 && !late) late = all_in_.WaitWithDeadline(&mutex_, deadline);
    closed_ = true;
  }
  // After Close(): nobody else touches it any more.
  Scrape::Families& families() ABSL_NO_THREAD_SAFETY_ANALYSIS { return families_; }

 private:
  absl::Mutex mutex_;
  absl::CondVar all_in_;
  int waiting_for_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  Scrape::Families families_;  // its by_name is written under mutex_ until closed
};

// A question to one loop; counts as answered when it goes, also if the loop never ran it.
struct Question {
  explicit Question(std::shared_ptr<Gathering> to) : gathering(std::move(to)) {
    gathering->Expect();
  }
  ~Question() { gathering->Answered(); }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  std::shared_ptr<Gathering> gathering;
};

}  // namespace

struct Registry::State {
  std::string service;
  absl::Mutex mutex;
  std::vector<std::shared_ptr<Collecting>> collecting ABSL_GUARDED_BY(mutex);
  std::vector<Collector> kept ABSL_GUARDED_BY(mutex);

  // Asks under the lock: a loop may go as soon as its registrations have gone, and they need it.
  void Ask(const std::shared_ptr<Gathering>& gathering) {
    absl::MutexLock lock(&mutex);
    for (const std::shared_ptr<Collecting>& one : collecting) {
      auto question = std::make_shared<Question>(gathering);
      one->loop->Post([one, question] {
        if (one->collect) question->gathering->Take(one->collect);
      });
    }
    for (const Collector& add : kept) gathering->Take(add);
  }
};

void Scrape::AddCounter(std::string_view name, std::string_view help, double value,
                        const Labels& labels) {
  families_.Add(Kind::kCounter, name, help, labels, value);
}
void Scrape::AddGauge(std::string_view name, std::string_view help, double value,
                      const Labels& labels) {
  families_.Add(Kind::kGauge, name, help, labels, value);
}
void Scrape::AddHistogram(std::string_view name, std::string_view help, const Histogram& value,
                          const Labels& labels) {
  families_.Add(name, help, labels, value);
}

Registry::Registry(std::string service) : state_(std::make_shared<State>()) {
  state_->service = std::move(service);
}
Registry::~Registry() = default;

RegistrationPtr Registry::Collect(loop::EventLoop& loop, Collector collect) {
  struct Registered final : Registration {
    ~Registered() override {
      absl::MutexLock lock(&state->mutex);
      std::erase(state->collecting, one);
      one->collect = nullptr;
    }
    std::shared_ptr<State> state;
    std::shared_ptr<Collecting> one;
  };
  auto registered = std::make_unique<Registered>();
  registered->state = state_;
  registered->one = std::make_shared<Collecting>(Collecting{&loop, std::move(collect)});
  absl::MutexLock lock(&state_->mutex);
  state_->collecting.push_back(registered->one);
  return registered;
}

void Registry::Keep(Collector add) {
  absl::MutexLock lock(&state_->mutex);
  state_->kept.push_back(std::move(add));
}

Counter& Registry::AddCounter(std::string name, std::string help, Labels labels) {
  auto value = std::make_shared<Counter>();
  Keep([=](Scrape& scrape) { scrape.AddCounter(name, help, value->value(), labels); });
  return *value;
}

Gauge& Registry::AddGauge(std::string name, std::string help, Labels labels) {
  auto value = std::make_shared<Gauge>();
  Keep([=](Scrape& scrape) { scrape.AddGauge(name, help, value->value(), labels); });
  return *value;
}

Histogram& Registry::AddHistogram(std::string name, std::string help,
                                  std::vector<double> upper_bounds, Labels labels) {
  auto value = std::make_shared<Histogram>(std::move(upper_bounds));
  Keep([=](Scrape& scrape) { scrape.AddHistogram(name, help, *value, labels); });
  return *value;
}

std::string Registry::Page() const {
  auto gathering = std::make_shared<Gathering>(Prefix(state_->service));
  state_->Ask(gathering);
  gathering->Close();
  return gathering->families().Page(state_->service);
}

}  // namespace sluice::metrics
