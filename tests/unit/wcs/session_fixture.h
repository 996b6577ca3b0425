// A client session as its tests drive it.
#pragma once

#include <string>
#include <string_view>

#include "libs/base/text.h"
#include "libs/wcs/client_session.h"

namespace sluice::wcs {

class CountingRandom final : public RandomSource {
 public:
  void Fill(std::span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = next_++;
  }

 private:
  uint8_t next_ = 1;
};

// A session with two streams at most, and its actions as text.
struct SessionFixture {
  CountingRandom random;
  Instant now{Duration(0)};
  ClientSession session{{.node_id = "gw", .session_id = "/c:1/s:2", .streams = {.max_streams = 2}},
                        random,
                        Instant{Duration(0)}};

  // What goes to the client as one text, the other actions as "<Play id>" and so on.
  std::string Take() {
    std::string out;
    for (const Action& action : session.TakeActions()) {
      if (auto* send = std::get_if<SendText>(&action)) out += send->message + "\n";
      if (auto* start = std::get_if<StartStream>(&action)) {
        out += StrCat(start->request.published ? "<Publish " : "<Play ",
                      start->request.media_session_id, " ", start->request.name,
                      start->request.audio_muted ? " without sound" : "",
                      start->request.video_muted ? " without picture" : "", ">\n");
      }
      if (auto* stop = std::get_if<StopStream>(&action)) {
        out += StrCat(stop->client_lost ? "<Lost " : "<Stop ", stop->media_session_id, ">\n");
      }
      if (auto* event = std::get_if<SendStreamEvent>(&action)) {
        out += StrCat("<Tell ", event->media_session_id, " ", event->event.type, " ",
                      event->event.payload, ">\n");
      }
      if (auto* look = std::get_if<LookUpStream>(&action)) {
        out += "<LookUp " + look->request.name + ">\n";
      }
      if (auto* close = std::get_if<CloseSocket>(&action)) out += "<Close " + close->reason + ">\n";
      if (auto* refusal = std::get_if<NoteRefusal>(&action)) {
        out += "<Refused " + refusal->method + ">\n";
      }
    }
    return out;
  }
  std::string Say(std::string_view text) {
    session.OnText(text);
    return Take();
  }
  std::string Message(std::string_view name, std::string_view argument) {
    return Say(StrCat("{\"message\":\"", name, "\",\"data\":[", argument, "]}"));
  }
  void Connect() { Message("connection", R"({"appKey":"defaultApp"})"); }
  std::string Publish(std::string_view id, std::string_view more = "") {
    return Message("publishStream",
                   StrCat(R"({"mediaSessionId":")", id, R"(","name":"me","sdp":"v=0",)",
                          R"("hasVideo":true,"hasAudio":true)", more, "}"));
  }
  std::string News(std::string_view id, const StreamNews& news) {
    session.OnNews(id, news);
    return Take();
  }
  std::string Play(std::string_view id) {
    return Message("playStream", StrCat(R"({"mediaSessionId":")", id,
                                        R"(","name":"cam","sdp":"v=0","mediaProvider":"WebRTC"})"));
  }
};

inline bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace sluice::wcs
