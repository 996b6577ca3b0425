#include "libs/net/udp_socket.h"

#include <netinet/udp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "libs/base/text.h"

namespace sluice::net {
namespace {

// GRO bundles datagrams of one sender up to the largest UDP payload.
constexpr size_t kBundleBytes = 65536;
constexpr size_t kBundlesPerCall = 8;

absl::Status SocketError(std::string_view what, const SocketAddress& address) {
  return absl::UnavailableError(StrCat(what, " ", address.ToString(), ": ", std::strerror(errno)));
}

bool SetOption(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

// As large as asked for if we have the right to, else as large as the system allows.
void SetKernelBuffers(int fd) {
  constexpr int kBytes = UdpSocket::kKernelBuffer;
  if (!SetOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, kBytes)) {
    SetOption(fd, SOL_SOCKET, SO_RCVBUF, kBytes);
  }
  if (!SetOption(fd, SOL_SOCKET, SO_SNDBUFFORCE, kBytes)) {
    SetOption(fd, SOL_SOCKET, SO_SNDBUF, kBytes);
  }
}

bool SetOptions(int fd, int family) {
  SetKernelBuffers(fd);
  SetOption(fd, IPPROTO_UDP, UDP_GRO, 1);  // an old kernel hands datagrams over singly
  if (family == AF_INET) return SetOption(fd, IPPROTO_IP, IP_PKTINFO, 1);
  return SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) &&
         SetOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

SocketAddress LocalAddress(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length);
  return SocketAddress(reinterpret_cast<sockaddr*>(&storage), length);
}

SocketAddress MakeV4(const in_addr& address, uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr = address;
  return SocketAddress(reinterpret_cast<sockaddr*>(&v4), sizeof(v4));
}

SocketAddress MakeV6(const in6_pktinfo& info, uint16_t port) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = info.ipi6_addr;
  if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) v6.sin6_scope_id = info.ipi6_ifindex;
  return SocketAddress(reinterpret_cast<sockaddr*>(&v6), sizeof(v6));
}

// What came with a bundle beside its bytes.
struct Ancillary {
  SocketAddress to;
  size_t segment_size = 0;  // 0: one datagram
};

Ancillary ReadAncillary(msghdr& header, uint16_t port) {
  Ancillary found;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(part), sizeof(info));
      found.to = MakeV4(info.ipi_addr, port);
    } else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(part), sizeof(info));
      found.to = MakeV6(info, port);
    } else if (part->cmsg_level == IPPROTO_UDP && part->cmsg_type == UDP_GRO) {
      int size = 0;
      std::memcpy(&size, CMSG_DATA(part), sizeof(size));
      found.segment_size = static_cast<size_t>(size);
    }
  }
  return found;
}

}  // namespace

struct UdpSocket::ReceiveBuffers {
  struct Bundle {
    sockaddr_storage from;
    iovec slice;
    alignas(cmsghdr)
        std::array<uint8_t, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int))> control;
  };

  ReceiveBuffers() : bytes(kBundlesPerCall * kBundleBytes) {}

  void Prepare() {
    for (size_t i = 0; i < kBundlesPerCall; ++i) {
      Bundle& bundle = bundles[i];
      bundle.slice = {&bytes[i * kBundleBytes], kBundleBytes};
      headers[i].msg_hdr = {.msg_name = &bundle.from,
                            .msg_namelen = sizeof(bundle.from),
                            .msg_iov = &bundle.slice,
                            .msg_iovlen = 1,
                            .msg_control = bundle.control.data(),
                            .msg_controllen = bundle.control.size(),
                            .msg_flags = 0};
    }
  }

  Bytes bytes;
  std::array<Bundle, kBundlesPerCall> bundles;
  std::array<mmsghdr, kBundlesPerCall> headers;
};

absl::StatusOr<std::unique_ptr<UdpSocket>> UdpSocket::Bind(const SocketAddress& address) {
  OwnedFd fd(socket(address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return SocketError("UDP socket for", address);
  if (!SetOptions(fd.get(), address.family())) return SocketError("UDP options for", address);
  if (bind(fd.get(), address.raw(), address.raw_length()) != 0) {
    return SocketError("binding UDP", address);
  }
  return std::unique_ptr<UdpSocket>(new UdpSocket(std::move(fd)));
}

UdpSocket::UdpSocket(OwnedFd fd)
    : fd_(std::move(fd)),
      local_(LocalAddress(fd_.get())),
      buffers_(std::make_unique<ReceiveBuffers>()) {}

UdpSocket::~UdpSocket() = default;

size_t UdpSocket::Receive(absl::FunctionRef<void(const UdpDatagram&)> take) {
  size_t taken = 0;
  while (taken < kMaxPerTurn) {
    buffers_->Prepare();
    const int count =
        recvmmsg(fd_.get(), buffers_->headers.data(), kBundlesPerCall, MSG_DONTWAIT, nullptr);
    // An error of an earlier datagram (ICMP) is reported here once; the next turn goes on.
    if (count <= 0) break;
    for (int i = 0; i < count; ++i) taken += TakeApart(static_cast<size_t>(i), take);
    if (static_cast<size_t>(count) < kBundlesPerCall) break;
  }
  return taken;
}

size_t UdpSocket::TakeApart(size_t index, absl::FunctionRef<void(const UdpDatagram&)> take) {
  mmsghdr& header = buffers_->headers[index];
  if ((header.msg_hdr.msg_flags & MSG_TRUNC) != 0) return 0;
  const Ancillary ancillary = ReadAncillary(header.msg_hdr, local_.port());
  const auto* from = static_cast<sockaddr*>(header.msg_hdr.msg_name);
  UdpDatagram datagram{
      .from = SocketAddress(from, header.msg_hdr.msg_namelen), .to = ancillary.to, .bytes = {}};
  std::span<uint8_t> rest(&buffers_->bytes[index * kBundleBytes], header.msg_len);
  size_t taken = 0;
  do {
    const bool whole = ancillary.segment_size == 0 || ancillary.segment_size >= rest.size();
    datagram.bytes = whole ? rest : rest.first(ancillary.segment_size);
    rest = rest.subspan(datagram.bytes.size());
    take(datagram);
    ++taken;
  } while (!rest.empty());
  return taken;
}

}  // namespace sluice::net
