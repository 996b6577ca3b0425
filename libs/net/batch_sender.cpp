// BatchSender on Linux: sendmmsg of UDP_SEGMENT messages.
#include "libs/net/batch_sender.h"

#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace sluice::net {
namespace {

constexpr size_t kMessagesPerCall = 256;

// One entry of sendmmsg with the memory it points to.
struct Slot {
  iovec slice;
  alignas(cmsghdr)
      std::array<uint8_t, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))> control;
};

template <typename Value>
cmsghdr* AddControl(msghdr& header, cmsghdr* at, int level, int type, const Value& value) {
  at->cmsg_level = level;
  at->cmsg_type = type;
  at->cmsg_len = CMSG_LEN(sizeof(value));
  std::memcpy(CMSG_DATA(at), &value, sizeof(value));
  header.msg_controllen += CMSG_SPACE(sizeof(value));
  return reinterpret_cast<cmsghdr*>(reinterpret_cast<uint8_t*>(at) + CMSG_SPACE(sizeof(value)));
}

// The source address: the one that the peer asked, not the one that routing would choose.
cmsghdr* AddSource(msghdr& header, cmsghdr* at, const SocketAddress& from) {
  if (from.family() == AF_INET) {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in*>(from.raw())->sin_addr;
    return AddControl(header, at, IPPROTO_IP, IP_PKTINFO, info);
  }
  if (from.family() == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(from.raw());
    in6_pktinfo info{};
    info.ipi6_addr = v6->sin6_addr;
    info.ipi6_ifindex = v6->sin6_scope_id;
    return AddControl(header, at, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  return at;
}

void Fill(msghdr& header, Slot& slot, const UdpPath& path, ByteView bytes, uint16_t segment_size) {
  slot.slice = {const_cast<uint8_t*>(bytes.data()), bytes.size()};
  header = {.msg_name = const_cast<sockaddr*>(path.to.raw()),
            .msg_namelen = path.to.raw_length(),
            .msg_iov = &slot.slice,
            .msg_iovlen = 1,
            .msg_control = slot.control.data(),
            .msg_controllen = 0,
            .msg_flags = 0};
  auto* at = reinterpret_cast<cmsghdr*>(slot.control.data());
  at = AddSource(header, at, path.from);
  if (bytes.size() > segment_size) AddControl(header, at, IPPROTO_UDP, UDP_SEGMENT, segment_size);
}

bool MustGoSingly(const UdpMessage& message) {
  return message.segments > 1 && !message.path->segmentation;
}

class GsoBatchSender final : public BatchSender {
 public:
  explicit GsoBatchSender(int fd) : fd_(fd) {}

  size_t Send(std::span<const UdpMessage> messages) override {
    size_t next = 0;
    while (next < messages.size()) {
      const UdpMessage& first = messages[next];
      if (first.path == nullptr) {
        ++next;
      } else if (MustGoSingly(first)) {
        if (!SendSingly(first)) return next;
        ++next;
      } else {
        const size_t done = SendTogether(messages.subspan(next));
        if (done == 0) return next;
        next += done;
      }
    }
    return next;
  }

 private:
  // The messages at the front that can share one call. Returns how many are done with; 0 = full.
  size_t SendTogether(std::span<const UdpMessage> messages) {
    size_t count = 0;
    while (count < std::min(messages.size(), kMessagesPerCall) && messages[count].path != nullptr &&
           !MustGoSingly(messages[count])) {
      const UdpMessage& message = messages[count];
      Fill(headers_[count].msg_hdr, slots_[count], *message.path, message.bytes,
           message.segment_size);
      ++count;
    }
    ++counters_.calls;
    const int sent = sendmmsg(fd_, headers_.data(), static_cast<unsigned int>(count), 0);
    if (sent <= 0) return Refused(messages[0]);
    for (const UdpMessage& message : messages.first(static_cast<size_t>(sent))) Count(message);
    return static_cast<size_t>(sent);
  }

  // What errno says about `message`. Returns 1 if it is done with.
  size_t Refused(const UdpMessage& message) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      ++counters_.would_block;
      return 0;
    }
    if (errno == EINTR) return SendTogether({&message, 1});
    if (message.segments > 1 && (errno == EMSGSIZE || errno == EINVAL || errno == EIO)) {
      message.path->segmentation = false;
      return SendSingly(message) ? 1 : 0;
    }
    counters_.failed += message.segments;
    return 1;
  }

  // Datagram by datagram. False: full; the next call for this message goes on where this stopped.
  bool SendSingly(const UdpMessage& message) {
    size_t position = resume_in_ == message.bytes.data() ? resume_at_ : 0;
    if (position == 0) ++counters_.unsegmented;
    resume_in_ = nullptr;
    while (position < message.bytes.size()) {
      const size_t size = std::min<size_t>(message.segment_size, message.bytes.size() - position);
      if (!SendOne(*message.path, message.bytes.subspan(position, size))) {
        resume_in_ = message.bytes.data();
        resume_at_ = position;
        return false;
      }
      position += size;
    }
    return true;
  }

  bool SendOne(const UdpPath& path, ByteView datagram) {
    msghdr header;
    Fill(header, slots_[0], path, datagram, static_cast<uint16_t>(datagram.size()));
    ++counters_.calls;
    ssize_t sent = 0;
    do {
      sent = sendmsg(fd_, &header, 0);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) {
      ++counters_.messages;
      ++counters_.datagrams;
      counters_.bytes += datagram.size();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      ++counters_.would_block;
      return false;
    } else {
      ++counters_.failed;
    }
    return true;
  }

  void Count(const UdpMessage& message) {
    ++counters_.messages;
    counters_.datagrams += message.segments;
    counters_.bytes += message.bytes.size();
  }

  int fd_;
  std::array<mmsghdr, kMessagesPerCall> headers_;
  std::array<Slot, kMessagesPerCall> slots_;
  const uint8_t* resume_in_ = nullptr;  // message whose datagrams have been sent up to resume_at_
  size_t resume_at_ = 0;
};

}  // namespace

std::unique_ptr<BatchSender> MakeGsoBatchSender(int fd) {
  return std::make_unique<GsoBatchSender>(fd);
}

}  // namespace sluice::net
