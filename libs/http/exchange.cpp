#include "libs/http/exchange.h"

#include <libwebsockets.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "libs/base/text.h"
#include "libs/http/core.h"
#include "libs/net/socket_address.h"

namespace sluice::http {
namespace {

struct KeptHeader {
  int token;
  const char* name;
};

// Request::headers. Everything else a client sends is not kept.
constexpr std::array kKeptHeaders = {
    KeptHeader{WSI_TOKEN_HOST, "host"},
    KeptHeader{WSI_TOKEN_ORIGIN, "origin"},
    KeptHeader{WSI_TOKEN_HTTP_ACCEPT, "accept"},
    KeptHeader{WSI_TOKEN_HTTP_AUTHORIZATION, "authorization"},
    KeptHeader{WSI_TOKEN_HTTP_CONTENT_TYPE, "content-type"},
    KeptHeader{WSI_TOKEN_HTTP_IF_MATCH, "if-match"},
    KeptHeader{WSI_TOKEN_HTTP_IF_NONE_MATCH, "if-none-match"},
    KeptHeader{WSI_TOKEN_HTTP_USER_AGENT, "user-agent"},
};

constexpr size_t kMostOfPath = 190;        // in a log line
constexpr size_t kWritePiece = 32 * 1024;  // bytes handed to the library at a time

std::optional<Method> FromLibraryMethod(int method) {
  switch (method) {
    case LWSHUMETH_GET:
      return Method::kGet;
    case LWSHUMETH_HEAD:
      return Method::kHead;
    case LWSHUMETH_POST:
      return Method::kPost;
    case LWSHUMETH_PUT:
      return Method::kPut;
    case LWSHUMETH_PATCH:
      return Method::kPatch;
    case LWSHUMETH_DELETE:
      return Method::kDelete;
    case LWSHUMETH_OPTIONS:
      return Method::kOptions;
    default:
      return std::nullopt;
  }
}

// RFC 9110 §5.6.7
std::string HttpDate() {
  std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  size_t length = std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return std::string(text, length);
}

// A header value can never begin a new line, whatever it was made of.
std::string OneLine(std::string value) {
  std::replace_if(
      value.begin(), value.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return value;
}

// The library cuts the query at '&'.
std::string ReadArguments(lws* wsi) {
  std::string query;
  int length = 0;
  for (int i = 0; (length = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i)) > 0; ++i) {
    std::string argument(static_cast<size_t>(length) + 1, '\0');
    int copied =
        lws_hdr_copy_fragment(wsi, argument.data(), length + 1, WSI_TOKEN_HTTP_URI_ARGS, i);
    if (copied < 0) break;
    argument.resize(static_cast<size_t>(copied));
    if (i > 0) query += '&';
    query += argument;
  }
  return query;
}

class HeaderBlock {
 public:
  HeaderBlock(lws* wsi, size_t bytes) : wsi_(wsi), buffer_(LWS_PRE + bytes), at_(begin()) {}

  bool Status(int status) {
    return lws_add_http_header_status(wsi_, static_cast<unsigned>(status), &at_, end()) == 0;
  }
  bool Add(const std::string& name, const std::string& value) {
    std::string field = name + ":";
    return lws_add_http_header_by_name(wsi_, reinterpret_cast<const unsigned char*>(field.c_str()),
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()), &at_, end()) == 0;
  }
  bool Write() {
    return lws_finalize_http_header(wsi_, &at_, end()) == 0 &&
           lws_write(wsi_, begin(), static_cast<size_t>(at_ - begin()), LWS_WRITE_HTTP_HEADERS) >=
               0;
  }

 private:
  unsigned char* begin() { return buffer_.data() + LWS_PRE; }
  unsigned char* end() { return buffer_.data() + buffer_.size() - 1; }

  lws* wsi_;
  std::vector<unsigned char> buffer_;
  unsigned char* at_;
};

}  // namespace

std::string ReadToken(lws* wsi, int token) {
  auto header = static_cast<lws_token_indexes>(token);
  int length = lws_hdr_total_length(wsi, header);
  if (length <= 0) return {};
  std::string value(static_cast<size_t>(length) + 1, '\0');
  int copied = lws_hdr_copy(wsi, value.data(), length + 1, header);
  value.resize(copied > 0 ? static_cast<size_t>(copied) : 0);
  return value;
}

std::string ReadPath(lws* wsi, Method& method) {
  char* path = nullptr;
  int length = 0;
  std::optional<Method> known = FromLibraryMethod(lws_http_get_uri_and_method(wsi, &path, &length));
  if (!known || path == nullptr) return {};
  method = *known;
  return std::string(path, static_cast<size_t>(length));
}

std::string ReadPeerAddress(lws* wsi, uint16_t* port) {
  return PeerAddress(lws_get_socket_fd(wsi), port);
}

std::string PeerAddress(int fd, uint16_t* port) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  if (fd < 0 || getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  net::SocketAddress address(reinterpret_cast<const sockaddr*>(&storage), length);
  if (!address.valid()) return {};
  if (port != nullptr) *port = address.port();
  return address.Host();
}

void Exchange::Begin(std::string path) {
  ++core_.counters.requests;
  ReadHeaders();
  if (std::string decoded = ReadPath(wsi_, request_.method); !decoded.empty()) {
    request_.path = std::move(decoded);
  } else {
    request_.path = std::move(path);
    Refuse(Refusal::kMalformed,
           ProblemResponse(405, "Method Not Allowed", "This method is not known here.")
               .Set("Allow", std::string(kAllMethods)));
    return;
  }
  what_ = StrCat(MethodName(request_.method), " ", request_.path.substr(0, kMostOfPath));
  if (std::optional<Response> problem = CheckHeader()) {
    Refusal reason = problem->status == 431 ? Refusal::kHeaderTooLarge : Refusal::kMalformed;
    return Refuse(reason, *std::move(problem));
  }
  std::optional<uint64_t> body = ExpectedBody();
  if (!body) return;
  if (*body == 0) return Dispatch();
  request_.body.reserve(*body);
  StartBodyTimer();
}

std::optional<Response> Exchange::CheckHeader() {
  size_t bytes = 0;
  for (int token = 0; token < WSI_TOKEN_COUNT; ++token) {
    int length = lws_hdr_total_length(wsi_, static_cast<lws_token_indexes>(token));
    if (length > 0) bytes += static_cast<size_t>(length);
  }
  if (bytes > core_.options.max_header_bytes) {
    return ProblemResponse(
        431, "Request Header Fields Too Large",
        StrCat("A request header may have ", core_.options.max_header_bytes, " bytes at most."));
  }
  // The library ends the request line at an escaped CR or LF; what follows then is no version.
  std::string version = ReadToken(wsi_, WSI_TOKEN_HTTP);
  bool control = std::any_of(request_.path.begin(), request_.path.end(),
                             [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (control || !version.starts_with("HTTP/")) {
    return ProblemResponse(400, "Bad Request", "The request line cannot be understood.");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return ProblemResponse(505, "HTTP Version Not Supported", "HTTP/1.1 is spoken here.");
  }
  return std::nullopt;
}

void Exchange::StartBodyTimer() {
  body_timer_ = std::make_unique<loop::Timer>(core_.loop, [this] {
    Refuse(Refusal::kSlowBody,
           ProblemResponse(408, "Request Timeout", "The body took too long to arrive."));
  });
  body_timer_->Start(core_.options.request_timeout);
}

void Exchange::ReadHeaders() {
  for (const KeptHeader& kept : kKeptHeaders) {
    if (std::string value = ReadToken(wsi_, kept.token); !value.empty()) {
      request_.headers.emplace_back(kept.name, std::move(value));
    }
  }
  request_.query = ReadArguments(wsi_);
  request_.peer_address = ReadPeerAddress(wsi_, nullptr);
  request_.secure = lws_is_ssl(wsi_) != 0;
}

std::optional<uint64_t> Exchange::ExpectedBody() {
  if (!ReadToken(wsi_, WSI_TOKEN_HTTP_TRANSFER_ENCODING).empty()) {
    Refuse(Refusal::kBodyLength,
           ProblemResponse(411, "Length Required", "Send Content-Length, not chunks."));
    return std::nullopt;
  }
  std::string length = ReadToken(wsi_, WSI_TOKEN_HTTP_CONTENT_LENGTH);
  if (length.empty()) {
    // No body (RFC 9112 §6.3). The library waits for one after POST, PUT and PATCH all the same.
    close_after_ = request_.method == Method::kPost || request_.method == Method::kPut ||
                   request_.method == Method::kPatch;
    return 0;
  }
  uint64_t bytes = 0;
  bool digits = std::all_of(length.begin(), length.end(),
                            [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (!digits || !absl::SimpleAtoi(length, &bytes)) {
    Refuse(Refusal::kBodyLength,
           ProblemResponse(400, "Bad Request", "Content-Length is not a number."));
    return std::nullopt;
  }
  if (bytes > core_.options.max_body_bytes) {
    Refuse(Refusal::kBodyTooLarge,
           ProblemResponse(413, "Content Too Large",
                           StrCat("A request body may have ", core_.options.max_body_bytes,
                                  " bytes at most.")));
    return std::nullopt;
  }
  return bytes;
}

void Exchange::OnBody(std::string_view piece) {
  if (dispatched_) return;  // refused, or more than was announced
  if (request_.body.size() + piece.size() > core_.options.max_body_bytes) return;
  request_.body.append(piece);
}

void Exchange::OnBodyComplete() {
  if (!dispatched_) Dispatch();
}

void Exchange::Refuse(Refusal reason, Response response) {
  dispatched_ = true;
  close_after_ = true;
  if (body_timer_) body_timer_->Stop();
  core_.Refuse({reason, response.status, request_.peer_address, what_});
  Send(std::move(response));
}

void Exchange::Dispatch() {
  dispatched_ = true;
  body_timer_.reset();
  peer_address_ = request_.peer_address;
  // An answer may take as long as our own calls take; their deadlines are shorter than this.
  lws_set_timeout(wsi_, PENDING_TIMEOUT_HTTP_CONTENT, 60);
  Responder responder([weak = weak_from_this()](Response response) {
    if (auto exchange = weak.lock()) exchange->Answer(std::move(response));
  });
  core_.router.Route(std::move(request_), std::move(responder));
}

void Exchange::Answer(Response response) {
  if (response.status >= 400 && response.status < 500 && response.status != 404) {
    core_.Refuse({Refusal::kAnswer, response.status, peer_address_, what_});
  }
  Send(std::move(response));
}

void Exchange::Send(Response response) {
  if (wsi_ == nullptr) return;
  response_ = std::move(response);
  lws_callback_on_writable(wsi_);
}

bool Exchange::WriteHeader() {
  header_written_ = true;
  size_t bytes = 512;
  for (const auto& [name, value] : response_->headers) bytes += name.size() + value.size() + 8;
  HeaderBlock block(wsi_, bytes);
  bool ok = block.Status(response_->status) && block.Add("Date", HttpDate());
  for (const auto& [name, value] : response_->headers) ok = ok && block.Add(name, OneLine(value));
  if (response_->status != 204 && response_->status != 304) {
    ok = ok && block.Add("Content-Length", std::to_string(response_->body.size()));
  }
  if (close_after_) ok = ok && block.Add("Connection", "close");
  return ok && block.Write();
}

Exchange::Progress Exchange::Write() {
  Progress done = close_after_ ? Progress::kDoneAndClose : Progress::kDone;
  if (!header_written_) {
    if (!WriteHeader()) return Progress::kBroken;
    bool bodiless = request_.method == Method::kHead || response_->status == 204 ||
                    response_->status == 304 || response_->body.empty();
    if (bodiless) return done;
    lws_callback_on_writable(wsi_);
    return Progress::kMore;
  }
  size_t size = std::min(kWritePiece, response_->body.size() - body_written_);
  std::vector<unsigned char> piece(LWS_PRE + size);
  std::copy_n(response_->body.begin() + static_cast<ptrdiff_t>(body_written_), size,
              piece.begin() + LWS_PRE);
  body_written_ += size;
  bool last = body_written_ == response_->body.size();
  if (lws_write(wsi_, piece.data() + LWS_PRE, size, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) <
      0) {
    return Progress::kBroken;
  }
  if (last) return done;
  lws_callback_on_writable(wsi_);
  return Progress::kMore;
}

}  // namespace sluice::http
