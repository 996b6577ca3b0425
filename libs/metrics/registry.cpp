#include "libs/metrics/registry.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "libs/base/text.h"
#include "libs/metrics/families.h"

namespace sluice::metrics {
namespace {

constexpr std::chrono::seconds kLongestWait{1};

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
    std::lock_guard lock(mutex_);
    ++waiting_for_;
  }
  // On a collector's loop.
  void Take(const Registry::Collector& collect) {
    Scrape::Families own{.prefix = families_.prefix};
    Scrape scrape(own);
    collect(scrape);
    std::lock_guard lock(mutex_);
    if (!closed_) families_.Merge(own);
  }
  void Answered() {
    std::lock_guard lock(mutex_);
    if (--waiting_for_ == 0) all_in_.notify_one();
  }
  // Waits for all that were expected, at most kLongestWait. What comes later is left out.
  void Close() {
    std::unique_lock lock(mutex_);
    all_in_.wait_for(lock, kLongestWait, [this] { return waiting_for_ == 0; });
    closed_ = true;
  }
  // After Close(): nobody else touches it any more.
  Scrape::Families& families() { return families_; }

 private:
  std::mutex mutex_;
  std::condition_variable all_in_;
  int waiting_for_ = 0;        // guarded by mutex_
  bool closed_ = false;        // guarded by mutex_
  Scrape::Families families_;  // by_name is guarded by mutex_ until closed
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
  std::mutex mutex;
  std::vector<std::shared_ptr<Collecting>> collecting;  // guarded by mutex
  std::vector<Collector> kept;                          // guarded by mutex

  // Asks under the lock: a loop may go as soon as its registrations have gone, and they need it.
  void Ask(const std::shared_ptr<Gathering>& gathering) {
    std::lock_guard lock(mutex);
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
  std::vector<uint64_t> counts;
  for (size_t i = 0; i <= value.upper_bounds().size(); ++i) counts.push_back(value.count(i));
  AddHistogram(name, help, value.upper_bounds(), counts, value.sum(), labels);
}
void Scrape::AddHistogram(std::string_view name, std::string_view help,
                          std::span<const double> upper_bounds, std::span<const uint64_t> counts,
                          double sum, const Labels& labels) {
  families_.AddHistogram(name, help, labels, upper_bounds, counts, sum);
}

Registry::Registry(std::string service) : state_(std::make_shared<State>()) {
  state_->service = std::move(service);
}
Registry::~Registry() = default;

RegistrationPtr Registry::Collect(loop::EventLoop& loop, Collector collect) {
  struct Registered final : Registration {
    ~Registered() override {
      std::lock_guard lock(state->mutex);
      std::erase(state->collecting, one);
      one->collect = nullptr;
    }
    std::shared_ptr<State> state;
    std::shared_ptr<Collecting> one;
  };
  auto registered = std::make_unique<Registered>();
  registered->state = state_;
  registered->one = std::make_shared<Collecting>(Collecting{&loop, std::move(collect)});
  std::lock_guard lock(state_->mutex);
  state_->collecting.push_back(registered->one);
  return registered;
}

void Registry::Keep(Collector add) {
  std::lock_guard lock(state_->mutex);
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
