#include "libs/http/message.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "libs/base/text.h"

namespace sluice::http {
namespace {

// RFC 8259 §7: quote, backslash and control characters are escaped.
std::string QuoteJson(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += ' ';
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string_view Find(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

struct StatusPhrase {
  int status;
  std::string_view phrase;
};

constexpr std::array kPhrases = {
    // RFC 9110 §15
    StatusPhrase{200, "OK"},
    StatusPhrase{201, "Created"},
    StatusPhrase{204, "No Content"},
    StatusPhrase{304, "Not Modified"},
    StatusPhrase{400, "Bad Request"},
    StatusPhrase{401, "Unauthorized"},
    StatusPhrase{403, "Forbidden"},
    StatusPhrase{404, "Not Found"},
    StatusPhrase{405, "Method Not Allowed"},
    StatusPhrase{406, "Not Acceptable"},
    StatusPhrase{408, "Request Timeout"},
    StatusPhrase{409, "Conflict"},
    StatusPhrase{411, "Length Required"},
    StatusPhrase{412, "Precondition Failed"},
    StatusPhrase{413, "Content Too Large"},
    StatusPhrase{415, "Unsupported Media Type"},
    StatusPhrase{426, "Upgrade Required"},
    StatusPhrase{428, "Precondition Required"},
    StatusPhrase{431, "Request Header Fields Too Large"},
    StatusPhrase{500, "Internal Server Error"},
    StatusPhrase{501, "Not Implemented"},
    StatusPhrase{503, "Service Unavailable"},
    StatusPhrase{504, "Gateway Timeout"},
    StatusPhrase{505, "HTTP Version Not Supported"},
};

}  // namespace

std::string_view MethodName(Method method) {
  static constexpr std::array<std::string_view, 7> kNames = {"GET",   "HEAD",   "POST",   "PUT",
                                                             "PATCH", "DELETE", "OPTIONS"};
  return kNames[static_cast<size_t>(method)];
}

std::string_view Request::Header(std::string_view name) const { return Find(headers, name); }

std::string_view Request::PathValue(std::string_view name) const { return Find(path_values, name); }

std::string_view Request::QueryValue(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view argument = rest.substr(0, end);
    const size_t equals = std::min(argument.find('='), argument.size());
    if (argument.substr(0, equals) == name) {
      return argument.substr(std::min(equals + 1, argument.size()));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

std::string Request::MediaType() const {
  std::string_view value = Header("content-type");
  value = value.substr(0, value.find(';'));
  std::string type(ToStd(absl::StripAsciiWhitespace(ToAbsl(value))));
  absl::AsciiStrToLower(&type);
  return type;
}

bool Request::FromLoopback() const {
  return peer_address == "::1" || peer_address.starts_with("127.");
}

Response& Response::Set(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response TextResponse(int status, std::string text) {
  return Response{
      .status = status,
      .headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
      .body = std::move(text)};
}

Response JsonResponse(int status, std::string json) {
  return Response{.status = status,
                  .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
                  .body = std::move(json)};
}

Response ProblemResponse(int status, std::string_view title, std::string_view detail) {
  Response response =
      JsonResponse(status, StrCat("{\"title\":", QuoteJson(title), ",\"status\":", status,
                                  ",\"detail\":", QuoteJson(detail), "}\n"));
  response.headers[0].second = "application/problem+json";
  return response;
}

Response EmptyResponse(int status) { return Response{.status = status}; }

std::string_view StatusText(int status) {
  for (const StatusPhrase& entry : kPhrases) {
    if (entry.status == status) return entry.phrase;
  }
  return "Unknown";
}

}  // namespace sluice::http
