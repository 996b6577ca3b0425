#include "libs/http/responder.h"

#include <utility>

namespace sluice::http {

struct Responder::Answer {
  explicit Answer(Deliver target) : deliver(std::move(target)) {}
  ~Answer() { Give(ProblemResponse(500, "Internal Server Error", "The request was forgotten.")); }

  void Give(Response response) {
    if (Deliver target = std::exchange(deliver, nullptr)) target(std::move(response));
  }

  Deliver deliver;  // empty = answered
};

Responder::Responder(Deliver deliver) : answer_(std::make_shared<Answer>(std::move(deliver))) {}

void Responder::Send(Response response) const { answer_->Give(std::move(response)); }

}  // namespace sluice::http
