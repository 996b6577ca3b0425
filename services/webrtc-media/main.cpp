// sluice-webrtc-media: plays streams to browsers over ICE, DTLS and SRTP.
#include "services/webrtc-media/server.h"

int main(int argc, char** argv) {
  sluice::webrtc_media::Config config;
  return sluice::daemon::RunWith(argc, argv, {"webrtc-media", "WebRTC: ICE, DTLS, SRTP, players"},
                                 config, [&config](sluice::daemon::Context& context) {
                                   return sluice::webrtc_media::Server::Open(context, config);
                                 });
}
