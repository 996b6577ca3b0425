#include "libs/log/line.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "libs/base/text.h"
#include "libs/log/redact.h"

namespace sluice::log {
namespace {

constexpr size_t kLongestValue = 512;  // bytes

// Length of the UTF-8 sequence at the start of `text` (RFC 3629 §4), 0 if it is not one.
size_t SequenceLength(std::string_view text) {
  auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(0);
  size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  bool surrogate = first == 0xED && byte(1) > 0x9F;
  bool beyond = first == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

void AppendEscaped(std::string& out, char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  auto value = static_cast<unsigned char>(c);
  out.append("\\u00").append(1, kDigits[value >> 4]).append(1, kDigits[value & 15]);
}

bool IsPlain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
}

std::string Cut(std::string value) {
  if (value.size() <= kLongestValue) return value;
  size_t end = kLongestValue;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  value.resize(end);
  return value.append("...");
}

std::string Shown(const Field& field) { return Cut(Redact(field.value())); }

// JSON has no word for these.
bool IsNumberForJson(const Field& field) {
  return field.bare() && field.value() != "nan" && field.value() != "-nan" &&
         field.value() != "inf" && field.value() != "-inf";
}

}  // namespace

std::string Quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    size_t length = SequenceLength(text);
    char c = text[0];
    if (length == 0) {
      out.append("\\ufffd");
    } else if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)) {
      AppendEscaped(out, c);
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out.append("\"");
}

std::string TextBody(std::string_view event, std::initializer_list<Field> fields,
                     uint64_t suppressed) {
  std::string out(event);
  for (const Field& field : fields) {
    std::string value = Shown(field);
    out.append(StrCat(" ", field.key(), "=", IsPlain(value) ? value : Quote(value)));
  }
  if (suppressed > 0) out.append(StrCat(" suppressed=", suppressed));
  return out;
}

std::string JsonBody(std::string_view event, std::initializer_list<Field> fields,
                     uint64_t suppressed) {
  std::string out = StrCat("\"event\":", Quote(event));
  for (const Field& field : fields) {
    std::string value = Shown(field);
    out.append(StrCat(",", Quote(field.key()), ":", IsNumberForJson(field) ? value : Quote(value)));
  }
  if (suppressed > 0) out.append(StrCat(",\"suppressed\":", suppressed));
  return out;
}

}  // namespace sluice::log
