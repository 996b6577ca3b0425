#include "tools/sluice-load/flv_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "libs/base/byte_reader.h"
#include "libs/base/text.h"

namespace sluice::load {
namespace {

constexpr size_t kMaxFile = 1 << 30;
constexpr uint32_t kLastFrame = 33;  // milliseconds that the last frame is shown

bool IsMedia(uint8_t type) {
  return type == static_cast<uint8_t>(rtmp::MessageType::kAudio) ||
         type == static_cast<uint8_t>(rtmp::MessageType::kVideo);
}

}  // namespace

// "FLV", version, flags, header size (4), then: size of the tag before (4), type (1), size (3),
// timestamp (3), its upper 8 bits (1), stream id (3), payload.
absl::StatusOr<FlvFile> ParseFlv(ByteView bytes) {
  ByteReader reader(bytes);
  if (AsText(reader.ReadBytes(3)) != "FLV") return absl::InvalidArgumentError("not an FLV file");
  reader.Skip(2);
  uint32_t header = reader.ReadU32();
  reader.Skip(header > 9 ? header - 9 : 0);
  FlvFile file;
  while (true) {
    reader.Skip(4);
    uint8_t type = reader.ReadU8();
    uint32_t size = reader.ReadU24();
    uint32_t timestamp = reader.ReadU24();
    timestamp |= static_cast<uint32_t>(reader.ReadU8()) << 24;
    reader.Skip(3);
    ByteView payload = reader.ReadBytes(size);
    if (!reader.ok()) break;
    if (!IsMedia(type) || payload.empty()) continue;
    if (!file.tags.empty()) timestamp = std::max(timestamp, file.tags.back().timestamp);
    file.tags.push_back({static_cast<rtmp::MessageType>(type), timestamp, ToBytes(payload)});
  }
  if (file.tags.empty()) return absl::InvalidArgumentError("the FLV file has no media");
  file.duration = file.tags.back().timestamp - file.tags.front().timestamp + kLastFrame;
  return file;
}

absl::StatusOr<FlvFile> ReadFlv(const std::string& path) {
  std::error_code error;
  auto size = std::filesystem::file_size(path, error);
  if (error || size > kMaxFile) return absl::NotFoundError(StrCat("cannot be read: ", path));
  Bytes bytes(size);
  std::ifstream stream(path, std::ios::binary);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!stream) return absl::NotFoundError(StrCat("cannot be read: ", path));
  return ParseFlv(bytes);
}

}  // namespace sluice::load
