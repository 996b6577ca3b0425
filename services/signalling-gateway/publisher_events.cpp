#include "services/signalling-gateway/publisher_events.h"

#include <utility>

#include "libs/rpc/client.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::signalling_gateway {

PublisherEvents::PublisherEvents(rpc::ChannelPool& channels, std::string session_id,
                                 Duration call_timeout, OnRefused on_refused)
    : channels_(channels),
      session_id_(std::move(session_id)),
      call_timeout_(call_timeout),
      on_refused_(std::move(on_refused)) {}

void PublisherEvents::Push(const wcs::StreamEvent& event) {
  size_t bytes = event.type.size() + event.payload.size();
  if (waiting_.size() >= kMaxWaiting || waiting_bytes_ + bytes > kMaxWaitingBytes) {
    return on_refused_(absl::ResourceExhaustedError("Too many events at once"));
  }
  waiting_.push_back(event);
  waiting_bytes_ += bytes;
  SendNext();
}

void PublisherEvents::Open(std::string address) {
  address_ = std::move(address);
  SendNext();
}

void PublisherEvents::SendNext() {
  if (address_.empty() || calling_ || waiting_.empty()) return;
  const wcs::StreamEvent& event = waiting_.front();
  v1::SendStreamEventRequest request;
  request.set_session_id(session_id_);
  request.mutable_event()->set_type(event.type);
  request.mutable_event()->set_payload(event.payload);
  waiting_bytes_ -= event.type.size() + event.payload.size();
  waiting_.pop_front();
  calling_ = true;
  rpc::CallUnary<v1::WebRtc>(
      channels_, address_, &rpc::Methods<v1::WebRtc>::SendStreamEvent, request, call_timeout_,
      [this, alive = alive_](const absl::StatusOr<v1::SendStreamEventResponse>& answer) {
        if (!*alive) return;
        calling_ = false;
        SendNext();
        if (!answer.ok()) on_refused_(answer.status());
      });
}

}  // namespace sluice::signalling_gateway
