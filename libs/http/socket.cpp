#include "libs/http/socket.h"

#include <libwebsockets.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "libs/http/core.h"

namespace sluice::http {
namespace {

constexpr int kSendBufferBytes = 64 * 1024;  // of the kernel
constexpr int kCloseSeconds = 5;             // for a peer that does not take what is queued
constexpr size_t kMaxReasonBytes = 123;      // RFC 6455 §5.5: 125 with the code

enum CloseCode : uint16_t {  // RFC 6455 §7.4.1
  kUnacceptableType = 1003,
  kNoCode = 1005,
  kPolicyViolation = 1008,
  kTooBig = 1009,
  kTryAgainLater = 1013,
};

// The library wants room for the frame's head before the payload.
bool Write(lws* wsi, std::string_view payload, lws_write_protocol kind) {
  std::vector<unsigned char> frame(LWS_PRE + payload.size());
  std::copy(payload.begin(), payload.end(), frame.begin() + LWS_PRE);
  return lws_write(wsi, frame.data() + LWS_PRE, payload.size(), kind) >= 0;
}

}  // namespace

Socket::Socket(Core& core, lws* wsi) : core_(core), wsi_(wsi), secure_(lws_is_ssl(wsi) != 0) {
  Method method;
  path_ = ReadPath(wsi, method);
  peer_address_ = ReadPeerAddress(wsi, &peer_port_);
}

Socket::~Socket() {
  wsi_ = nullptr;  // the user's destructor may still try to send
  user_.reset();
  if (established_) --core_.counters.web_sockets;
}

void Socket::OnEstablished() {
  established_ = true;
  // The library makes it as small as its receive buffer: an answer with an SDP would not fit.
  int bytes = kSendBufferBytes;
  setsockopt(lws_get_socket_fd(wsi_), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
  ++core_.counters.web_sockets;
  user_ = core_.accept(*this);
  if (!user_) Close(kTryAgainLater, "no room for another client");
}

bool Socket::SendText(std::string message) {
  if (wsi_ == nullptr || close_code_ != 0) return false;
  if (outgoing_bytes_ + message.size() > core_.options.max_send_queue_bytes) {
    outgoing_.clear();
    written_ = 0;
    outgoing_bytes_ = 0;
    Close(kPolicyViolation, "the client reads too slowly");
    core_.Refuse({Refusal::kSendQueueFull, kPolicyViolation, peer_address_, path_});
    return false;
  }
  outgoing_bytes_ += message.size();
  outgoing_.push_back(std::move(message));
  lws_callback_on_writable(wsi_);
  return true;
}

void Socket::Close(uint16_t code, std::string_view reason) {
  if (wsi_ == nullptr || close_code_ != 0) return;
  close_code_ = code;
  close_reason_ = std::string(reason.substr(0, kMaxReasonBytes));
  lws_set_timeout(wsi_, PENDING_TIMEOUT_CLOSE_SEND, kCloseSeconds);
  lws_callback_on_writable(wsi_);
}

void Socket::RefuseMessage(Refusal reason, uint16_t code, std::string_view words) {
  core_.Refuse({reason, code, peer_address_, path_});
  incoming_ = {};
  Close(code, words);
}

void Socket::OnReceive(std::string_view piece) {
  // What comes after our close is not looked at, but read: an unread rest would make the system
  // send a reset, and the peer might lose the close frame.
  if (close_code_ != 0) return;
  if (lws_frame_is_binary(wsi_)) {
    return RefuseMessage(Refusal::kBinaryMessage, kUnacceptableType, "text messages only");
  }
  if (incoming_.size() + piece.size() > core_.options.max_message_bytes) {
    return RefuseMessage(Refusal::kLongMessage, kTooBig, "the message is too long");
  }
  incoming_.append(piece);
  if (lws_remaining_packet_payload(wsi_) != 0 || !lws_is_final_fragment(wsi_)) return;
  std::string message = std::exchange(incoming_, {});
  if (user_) user_->OnText(message);
}

bool Socket::WriteClose() {
  if (close_sent_) return true;  // the peer's answer, or the timeout, ends the connection
  close_sent_ = true;
  // RFC 6455 §5.5.1, by hand: the library sends a close frame only from its receive callback (this
  // build closes twice when a writeable callback asks for it, the second time without a word).
  std::string frame = {'\x88', static_cast<char>(2 + close_reason_.size()),
                       static_cast<char>(close_code_ >> 8), static_cast<char>(close_code_)};
  frame += close_reason_;
  return Write(wsi_, frame, LWS_WRITE_RAW);
}

bool Socket::OnCloseFrame(std::string_view payload) {
  if (close_sent_) return false;
  uint16_t code = kNoCode;
  if (payload.size() >= 2) {
    code = static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 |
                                 static_cast<uint8_t>(payload[1]));
  }
  if (user_) user_->OnCloseFrame(code);
  return true;
}

bool Socket::OnWriteable() {
  if (outgoing_.empty()) return close_code_ == 0 || WriteClose();
  std::string message = std::move(outgoing_[written_++]);
  if (written_ == outgoing_.size()) {
    outgoing_ = {};
    written_ = 0;
  }
  outgoing_bytes_ -= message.size();
  if (!Write(wsi_, message, LWS_WRITE_TEXT)) return false;
  if (!outgoing_.empty() || close_code_ != 0) lws_callback_on_writable(wsi_);
  return true;
}

}  // namespace sluice::http
