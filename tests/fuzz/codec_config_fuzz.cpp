// Any bytes as AVCDecoderConfigurationRecord and as AudioSpecificConfig. What is understood is
// written and read again.
#include "libs/media/audio_specific_config.h"
#include "libs/media/avc_decoder_configuration.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::media;
  sluice::ByteView bytes(data, size);
  if (auto record = ParseAvcDecoderConfiguration(bytes); record.ok()) {
    auto again = ParseAvcDecoderConfiguration(Serialize(*record));
    if (!again.ok() || !(*again == *record)) __builtin_trap();
  }
  CountAacChannels(bytes);
  if (auto config = ParseAudioSpecificConfig(bytes); config.ok()) {
    auto again = ParseAudioSpecificConfig(Serialize(*config));
    if (!again.ok() || !(*again == *config)) __builtin_trap();
  }
  return 0;
}
