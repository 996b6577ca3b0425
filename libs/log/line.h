// The text of one log line, without the part that is the same in all of them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "libs/log/field.h"

namespace sluice::log {

// `text` in double quotes as JSON has it (RFC 8259 §7); bytes that are not UTF-8 become U+FFFD.
std::string Quote(std::string_view text);

// "publishing began stream=cam"; values are quoted where they hold more than plain characters.
// suppressed: shown as a last field if it is not 0.
std::string TextBody(std::string_view event, std::initializer_list<Field> fields,
                     uint64_t suppressed);

// "event":"publishing began","stream":"cam"
std::string JsonBody(std::string_view event, std::initializer_list<Field> fields,
                     uint64_t suppressed);

}  // namespace sluice::log
