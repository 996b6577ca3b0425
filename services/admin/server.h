// The daemon: the merged metrics page of this host.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libs/daemon/daemon.h"
#include "libs/http/server.h"
#include "services/admin/config.h"
#include "services/admin/merged_page.h"
#include "services/admin/scrape.h"

namespace sluice::admin {

class Server final : public daemon::Parts {
 public:
  // Opens the listener. Errors name it.
  static absl::StatusOr<std::unique_ptr<daemon::Parts>> Open(daemon::Context& context,
                                                             const Config& config);
  ~Server() override;

  std::vector<std::string> Listening() const override;
  double Load() const override { return 0; }
  void Drain(std::function<void()> drained) override { drained(); }

 private:
  Server(daemon::Context& context, const Config& config);
  absl::Status Listen();
  // Requests that come while a round is under way get that round's page.
  void OnRequest(http::Responder responder);
  void StartRound();
  void OnPage(size_t index, absl::StatusOr<std::string> page);
  void FinishRound();

  daemon::Context& context_;
  const Config& config_;
  std::unique_ptr<http::Server> http_;
  // Every service of this host that was ever seen is told about, also when its node has gone from
  // the directory. As many as there are services.
  std::set<std::string> services_;
  std::vector<http::Responder> waiting_;  // at most the listener's connections
  std::vector<Answer> answers_;
  std::vector<std::unique_ptr<Scrape>> scrapes_;  // one per answer that is asked for
  size_t missing_ = 0;                            // answers of this round still to come
  uint64_t rounds_ = 0;
  std::map<std::string, uint64_t> failures_;  // by service
  metrics::RegistrationPtr registration_;
};

}  // namespace sluice::admin
