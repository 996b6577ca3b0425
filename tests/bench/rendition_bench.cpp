// What a rendition costs: each conversion fed in real time from a clip, alone on its threads.
//   rendition_bench CLIP    raw I420, 640x360, 30 frames per second, as of
//   ffmpeg -f lavfi -i testsrc2=size=640x360:rate=30 -t 10 -pix_fmt yuv420p -f rawvideo CLIP
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "services/transcoder/opus_pipeline.h"
#include "services/transcoder/picture_pipeline.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder {
namespace {

using media::Codec;
using test::TimedBytes;

constexpr int kWidth = 640;
constexpr int kHeight = 360;
constexpr int64_t kPictureNs = 1'000'000'000 / 30;
constexpr int64_t kOriginNs = 3'600'000'000'000;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// From a frame's way in to its way out, by position.
class Delays {
 public:
  void In(int64_t position_ns) {
    std::lock_guard lock(mutex_);
    in_[position_ns] = MonotonicNow();
  }
  void Out(int64_t position_ns) {
    std::lock_guard lock(mutex_);
    const auto found = in_.upper_bound(position_ns);
    if (found == in_.begin()) return;
    delays_.push_back(MonotonicNow() - std::prev(found)->second);
  }
  void Print(const std::string& name, double cpu, double seconds) {
    std::lock_guard lock(mutex_);
    std::sort(delays_.begin(), delays_.end());
    const auto at = [&](double share) {
      const auto index = static_cast<size_t>(share * static_cast<double>(delays_.size()));
      return delays_.empty() ? 0.0 : ToSeconds(delays_[std::min(index, delays_.size() - 1)]) * 1e3;
    };
    std::printf("%-16s %5.1f %% of a core   delay p50 %5.1f ms  p99 %5.1f ms   %zu frames\n",
                name.c_str(), 100 * cpu / seconds, at(0.5), at(0.99), delays_.size());
  }

 private:
  std::mutex mutex_;
  std::map<int64_t, Instant> in_;  // guarded by mutex_
  std::vector<Duration> delays_;   // guarded by mutex_
};

// Calls `push(index)` every `step`, and returns the CPU that the process took meanwhile.
double InRealTime(size_t count, Duration step, const std::function<void(size_t)>& push) {
  const double before = CpuSeconds();
  Instant next = MonotonicNow();
  for (size_t i = 0; i < count; ++i) {
    push(i);
    std::this_thread::sleep_until(next += step);
  }
  return CpuSeconds() - before;
}

std::vector<TimedBytes> ReadClip(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<TimedBytes> pictures;
  Bytes picture(kWidth * kHeight * 3 / 2);
  while (file.read(reinterpret_cast<char*>(picture.data()),
                   static_cast<std::streamsize>(picture.size()))) {
    pictures.push_back({picture, static_cast<int64_t>(pictures.size()) * kPictureNs});
  }
  return pictures;
}

std::string EncoderOf(Codec codec) {
  switch (codec) {
    case Codec::kVp8:
    case Codec::kVp9:
      return std::string(codec == Codec::kVp8 ? "vp8enc" : "vp9enc") +
             " deadline=1 cpu-used=7 lag-in-frames=0 target-bitrate=1000000 end-usage=cbr";
    case Codec::kAv1:
      return "av1enc cpu-used=8 usage-profile=realtime lag-in-frames=0 target-bitrate=1000 ! "
             "video/x-av1,stream-format=obu-stream,alignment=tu";
    default:
      return "x264enc speed-preset=veryfast tune=zerolatency bitrate=1000 key-int-max=60 ! "
             "video/x-h264,profile=main,stream-format=byte-stream,alignment=au";
  }
}

void MeasurePictures(const std::vector<TimedBytes>& clip, Codec source, Codec target) {
  const std::vector<TimedBytes> coded = test::Run(
      "video/x-raw,format=I420,width=640,height=360,framerate=30/1", EncoderOf(source), clip);
  Delays delays;
  auto pipeline = PicturePipeline::Start(
      {.source = source, .target = target, .width = kWidth, .height = kHeight, .frame_rate = 30},
      {[&](const EncodedPicture& picture) { delays.Out(picture.position_ns); },
       [](const std::string& reason) { std::printf("failed: %s\n", reason.c_str()); }});
  if (!pipeline.ok())
    return std::printf("%s\n", std::string(pipeline.status().message()).c_str()), void();
  const Duration step{kPictureNs / 1000};
  const double cpu = InRealTime(coded.size(), step, [&](size_t i) {
    SourcePicture picture;
    picture.bytes = coded[i].bytes;
    picture.position_ns = picture.decoding_position_ns =
        kOriginNs + static_cast<int64_t>(i) * kPictureNs;
    picture.arrival = MonotonicNow();
    picture.key_frame = i == 0;
    delays.In(picture.position_ns);
    (*pipeline)->Push(picture);
  });
  pipeline->reset();
  delays.Print(
      std::string(media::CodecName(source)) + " -> " + std::string(media::CodecName(target)), cpu,
      ToSeconds(step) * static_cast<double>(coded.size()));
}

void MeasureSound(Codec source, const std::vector<Bytes>& coded, int64_t step_ns,
                  const Bytes& config = {}) {
  media::Track track;
  track.codec = source;
  track.codec_config = config;
  auto format = SoundFormatOf(track);
  if (!format.ok()) return;
  Delays delays;
  auto pipeline = OpusPipeline::Start(
      {*format, 64'000},
      {[&](const OpusFrame& frame) { delays.Out(frame.position_ns); }, [](const std::string&) {}});
  if (!pipeline.ok()) return;
  const double cpu = InRealTime(coded.size(), Duration(step_ns / 1000), [&](size_t i) {
    const int64_t position = kOriginNs + static_cast<int64_t>(i) * step_ns;
    delays.In(position);
    (*pipeline)->Push(coded[i], position);
  });
  pipeline->reset();
  delays.Print(std::string(media::CodecName(source)) + " -> opus", cpu,
               static_cast<double>(step_ns) / 1e9 * static_cast<double>(coded.size()));
}

}  // namespace
}  // namespace sluice::transcoder

int main(int argc, char** argv) {
  using namespace sluice::transcoder;
  using sluice::media::Codec;
  if (argc != 2) return std::printf("rendition_bench CLIP\n"), 2;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  test::LoadPlugins();
  const auto clip = ReadClip(argv[1]);
  for (Codec source : {Codec::kH264, Codec::kVp8, Codec::kVp9, Codec::kAv1}) {
    MeasurePictures(clip, source, Codec::kH264);
    if (source != Codec::kVp8) MeasurePictures(clip, source, Codec::kVp8);
  }
  const test::Sound sound = test::ToneBursts(48000, 10);
  MeasureSound(Codec::kAac, test::EncodeAac(sound, 2), 1024 * 1'000'000'000LL / 48000,
               {0x11, 0x90});
  MeasureSound(Codec::kPcmu, test::EncodeSampled(sound, "mulawenc", 8000), 20'000'000);
  MeasureSound(Codec::kPcma, test::EncodeSampled(sound, "alawenc", 8000), 20'000'000);
  MeasureSound(Codec::kG722, test::EncodeSampled(sound, "avenc_g722", 16000), 20'000'000);
  return 0;
}
