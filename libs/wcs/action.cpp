#include "libs/wcs/action.h"

#include "libs/wcs/server_message.h"

namespace sluice::wcs {

void ActionQueue::Fail(std::string_view method, std::string_view id, std::string_view why) {
  Send(FailMessage(method, id, why));
  Refused(method, why);
}

}  // namespace sluice::wcs
