// The right and the duty to answer one request, now or later.
#pragma once

#include <functional>
#include <memory>

#include "libs/http/message.h"

namespace sluice::http {

// Copies share one answer: the first Send() counts, later ones are dropped. If the last copy goes
// without an answer, the client gets 500, so that a forgotten request never hangs. Loop thread
// only; may outlive the connection and the server (an answer to a client that has gone is dropped).
class Responder {
 public:
  using Deliver = std::function<void(Response)>;

  // `deliver` is called once, at the latest when the last copy is destroyed.
  explicit Responder(Deliver deliver);

  void Send(Response response) const;

 private:
  struct Answer;
  std::shared_ptr<Answer> answer_;
};

}  // namespace sluice::http
