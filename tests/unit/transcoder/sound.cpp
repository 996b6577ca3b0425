#include "tests/unit/transcoder/sound.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "libs/media/mpeg_audio_header.h"
#include "services/transcoder/plugins.h"

namespace sluice::transcoder::test {
namespace {

TimedBytes Take(GstSample* sample) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  TimedBytes out;
  out.bytes.resize(gst_buffer_get_size(buffer));
  gst_buffer_extract(buffer, 0, out.bytes.data(), out.bytes.size());
  out.position_ns = static_cast<int64_t>(GST_BUFFER_PTS(buffer));
  gst_sample_unref(sample);
  return out;
}

std::string AacCaps(int rate, int channels) {
  return "audio/mpeg,mpegversion=4,stream-format=raw,framed=true,rate=" + std::to_string(rate) +
         ",channels=" + std::to_string(channels);
}

std::string Hex(const Bytes& bytes) {
  std::string text;
  for (uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

// Float samples, silent but for one channel.
Bytes Interleave(const Sound& sound, int channels, int channel) {
  std::vector<float> samples(sound.samples.size() * static_cast<size_t>(channels));
  for (size_t i = 0; i < sound.samples.size(); ++i) {
    samples[i * static_cast<size_t>(channels) + static_cast<size_t>(channel)] = sound.samples[i];
  }
  Bytes bytes(samples.size() * sizeof(float));
  std::memcpy(bytes.data(), samples.data(), bytes.size());
  return bytes;
}

// Lays pieces of mono float samples on one line of time.
Sound Lay(const std::vector<TimedBytes>& pieces, int rate) {
  Sound sound{rate, pieces.empty() ? 0 : pieces.front().position_ns, {}};
  for (const TimedBytes& piece : pieces) {
    auto offset = static_cast<size_t>(
        std::llround(static_cast<double>(piece.position_ns - sound.start_ns) * rate / 1e9));
    size_t count = piece.bytes.size() / sizeof(float);
    sound.samples.resize(std::max(sound.samples.size(), offset + count));
    std::memcpy(&sound.samples[offset], piece.bytes.data(), count * sizeof(float));
  }
  return sound;
}

}  // namespace

void LoadPlugins() {
  static const absl::Status loaded = transcoder::LoadPlugins();
  if (!loaded.ok()) throw std::runtime_error(std::string(loaded.message()));
  for (const char* name : {"voaacenc", "lame", "libav", "audioconvert", "audioresample", "opus",
                           "videoconvertscale", "x264", "vpx", "aom", "mulaw", "alaw"}) {
    std::string path = std::string(SLUICE_GSTREAMER_PLUGINS) + "/libgst" + name + ".so";
    GstPlugin* plugin = gst_plugin_load_file(path.c_str(), nullptr);
    if (plugin == nullptr) throw std::runtime_error(path);
    gst_object_unref(plugin);
  }
}

std::vector<TimedBytes> Run(const std::string& caps, const std::string& elements,
                            const std::vector<TimedBytes>& input) {
  std::string line = "appsrc name=in format=time caps=\"" + caps + "\" ! " + elements +
                     " ! appsink name=out sync=false max-buffers=0";
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(line.c_str(), &error);
  if (pipeline == nullptr || error != nullptr) {
    throw std::runtime_error(error != nullptr ? error->message : line);
  }
  GstElement* in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
  GstElement* out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
  g_object_set(in, "max-bytes", guint64{0}, nullptr);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  for (const TimedBytes& piece : input) {
    GstBuffer* buffer = gst_buffer_new_memdup(piece.bytes.data(), piece.bytes.size());
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(piece.position_ns);
    gst_app_src_push_buffer(GST_APP_SRC(in), buffer);
  }
  gst_app_src_end_of_stream(GST_APP_SRC(in));
  std::vector<TimedBytes> pieces;
  while (GstSample* sample = gst_app_sink_pull_sample(GST_APP_SINK(out))) {
    pieces.push_back(Take(sample));
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(in);
  gst_object_unref(out);
  gst_object_unref(pipeline);
  return pieces;
}

std::vector<Bytes> EncodeAac(const Sound& sound, int channels) {
  TimedBytes all;
  for (float sample : sound.samples) {
    auto value = static_cast<int16_t>(sample * 32767);
    for (int channel = 0; channel < channels; ++channel) {
      all.bytes.push_back(static_cast<uint8_t>(value & 0xff));
      all.bytes.push_back(static_cast<uint8_t>(value >> 8 & 0xff));
    }
  }
  std::string caps =
      "audio/x-raw,format=S16LE,layout=interleaved,rate=" + std::to_string(sound.rate) +
      ",channels=" + std::to_string(channels) + (channels == 2 ? ",channel-mask=(bitmask)3" : "");
  std::vector<Bytes> access_units;
  for (TimedBytes& piece :
       Run(caps, "voaacenc bitrate=128000 ! audio/mpeg,stream-format=raw", {all})) {
    access_units.push_back(std::move(piece.bytes));
  }
  return access_units;
}

std::vector<Bytes> EncodeAac51(const Sound& sound, int channel) {
  std::vector<Bytes> access_units;
  for (TimedBytes& piece :
       Run("audio/x-raw,format=F32LE,layout=interleaved,channels=6,"
           "channel-mask=(bitmask)0x3f,rate=" +
               std::to_string(sound.rate),
           "audioconvert ! avenc_aac bitrate=256000", {{Interleave(sound, 6, channel), 0}})) {
    access_units.push_back(std::move(piece.bytes));
  }
  return access_units;
}

std::vector<Bytes> ReadAdts(const std::string& name) {
  std::ifstream file(std::string(SLUICE_TEST_SUPPORT) + "/he_aac/" + name, std::ios::binary);
  Bytes all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<Bytes> access_units;
  // | 0xfff 12 | ... | aac_frame_length 13, from bit 30 | ...: 7 bytes without a checksum
  constexpr size_t kHeader = 7;
  for (size_t at = 0; at + kHeader <= all.size();) {
    size_t length =
        static_cast<size_t>(all[at + 3] & 3) << 11 | all[at + 4] << 3 | all[at + 5] >> 5;
    if (length < kHeader || at + length > all.size()) throw std::runtime_error(name);
    access_units.emplace_back(all.begin() + static_cast<ptrdiff_t>(at + kHeader),
                              all.begin() + static_cast<ptrdiff_t>(at + length));
    at += length;
  }
  if (access_units.empty()) throw std::runtime_error(name);
  return access_units;
}

std::vector<Bytes> EncodeMp3(const Sound& sound, int channels) {
  Bytes all;
  for (const TimedBytes& piece :
       Run("audio/x-raw,format=F32LE,layout=interleaved,channels=1,rate=" +
               std::to_string(sound.rate),
           "audioconvert ! audio/x-raw,channels=" + std::to_string(channels) +
               " ! lamemp3enc target=bitrate cbr=true bitrate=128",
           {{Interleave(sound, 1, 0), 0}})) {
    all.insert(all.end(), piece.bytes.begin(), piece.bytes.end());
  }
  std::vector<Bytes> frames;
  for (ByteView rest = all; !rest.empty();) {
    auto header = media::ParseMpegAudioHeader(rest);
    if (!header || header->size > rest.size()) throw std::runtime_error("no MP3");
    frames.push_back(ToBytes(rest.first(header->size)));
    rest = rest.subspan(header->size);
  }
  return frames;
}

std::vector<Bytes> EncodeSampled(const Sound& sound, const std::string& encoder, int rate) {
  constexpr size_t kPacket = 160;
  Bytes all;
  for (const TimedBytes& piece :
       Run("audio/x-raw,format=F32LE,layout=interleaved,channels=1,rate=" +
               std::to_string(sound.rate),
           "audioconvert ! audioresample ! audio/x-raw,rate=" + std::to_string(rate) + " ! " +
               encoder,
           {{Interleave(sound, 1, 0), 0}})) {
    all.insert(all.end(), piece.bytes.begin(), piece.bytes.end());
  }
  std::vector<Bytes> packets;
  for (ByteView rest = all; rest.size() >= kPacket; rest = rest.subspan(kPacket)) {
    packets.push_back(ToBytes(rest.first(kPacket)));
  }
  return packets;
}

Sound DecodeMp3(const std::vector<Bytes>& frames, int rate, int channels, int samples) {
  std::vector<TimedBytes> input;
  for (size_t i = 0; i < frames.size(); ++i) {
    input.push_back({frames[i], static_cast<int64_t>(i) * samples * 1'000'000'000 / rate});
  }
  return Lay(Run("audio/mpeg,mpegversion=1,layer=3,parsed=true,rate=" + std::to_string(rate) +
                     ",channels=" + std::to_string(channels),
                 "avdec_mp3 ! audioconvert ! audio/x-raw,format=F32LE,channels=1", input),
             rate);
}

Sound DecodeAac(const std::vector<Bytes>& access_units, const Bytes& audio_specific_config,
                int rate, int channels, bool sbr) {
  std::vector<TimedBytes> input;
  for (size_t i = 0; i < access_units.size(); ++i) {
    input.push_back({access_units[i], static_cast<int64_t>(i) * 1024 * 1'000'000'000 / rate});
  }
  return Lay(Run(AacCaps(rate, channels) + ",codec_data=(buffer)" + Hex(audio_specific_config),
                 "avdec_aac ! audioconvert ! audio/x-raw,format=F32LE,channels=1", input),
             sbr ? 2 * rate : rate);
}

Sound DecodeOpus(const std::vector<TimedBytes>& packets, int channels) {
  return Lay(
      Run("audio/x-opus,channel-mapping-family=0,rate=48000,channels=" + std::to_string(channels),
          "opusdec plc=false ! audioconvert ! audio/x-raw,format=F32LE,channels=1", packets),
      48000);
}

}  // namespace sluice::transcoder::test
