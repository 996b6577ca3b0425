#include "libs/rtp/rtcp/app.h"

#include <algorithm>

#include "libs/base/byte_reader.h"

namespace sluice::rtp::rtcp {

// | SSRC 32 | name 4 x 8 | data |
std::optional<AppView> ParseApp(const PacketView& packet) {
  if (packet.type != PacketType::kApp) return std::nullopt;
  ByteReader reader(packet.body);
  AppView app;
  app.subtype = packet.count;
  app.ssrc = reader.ReadU32();
  ByteView name = reader.ReadBytes(app.name.size());
  if (!reader.ok()) return std::nullopt;
  std::copy(name.begin(), name.end(), app.name.begin());
  app.data = reader.rest();
  return app;
}

void Serialize(const AppView& app, Bytes& out) {
  size_t start = out.size();
  size_t padding = (4 - app.data.size() % 4) % 4;
  AppendPacket(PacketType::kApp, app.subtype, out, [&](ByteWriter& writer) {
    writer.WriteU32(app.ssrc);
    writer.WriteBytes(AsBytes(app.name_text()));
    writer.WriteBytes(app.data);
    if (padding == 0) return;
    out.insert(out.end(), padding - 1, 0);
    writer.WriteU8(static_cast<uint8_t>(padding));
  });
  if (padding != 0) out[start] |= 0x20;
}

}  // namespace sluice::rtp::rtcp
