// Any RTCP packet that we understand, for those who take them as they come.
#pragma once

#include <variant>

#include "libs/rtp/rtcp/app.h"
#include "libs/rtp/rtcp/feedback.h"
#include "libs/rtp/rtcp/report.h"
#include "libs/rtp/rtcp/source_description.h"
#include "libs/rtp/rtcp/transport_feedback.h"

namespace sluice::rtp::rtcp {

using Message = std::variant<SenderReport, ReceiverReport, SourceDescription, Goodbye, AppView,
                             Nack, PictureLossIndication, FullIntraRequest,
                             ReceiverEstimatedMaximumBitrate, TransportFeedback>;

// nullopt: a type or format that we do not know (to be skipped), or malformed.
std::optional<Message> ParseMessage(const PacketView& packet);

}  // namespace sluice::rtp::rtcp
