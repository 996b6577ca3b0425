#include "tools/whep-players/dtls_client.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

namespace sluice::whep_players {
namespace {

constexpr size_t kRecordHeader = 13;  // RFC 6347 §4.1; the length stands in its last two bytes
constexpr long kMtu = 1200;

}  // namespace

std::unique_ptr<DtlsClientContext> DtlsClientContext::Make(const dtls::Certificate& certificate) {
  auto context = std::make_unique<DtlsClientContext>();
  context->context_ = SSL_CTX_new(DTLS_client_method());
  SSL_CTX* ssl = context->context_;
  if (ssl == nullptr || SSL_CTX_use_certificate(ssl, certificate.x509()) != 1 ||
      SSL_CTX_use_PrivateKey(ssl, certificate.key()) != 1 ||
      // Returns 0 on success, unlike its neighbours.
      SSL_CTX_set_tlsext_use_srtp(ssl, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") != 0) {
    return nullptr;
  }
  return context;
}

DtlsClientContext::~DtlsClientContext() { SSL_CTX_free(context_); }

DtlsClient::DtlsClient(const DtlsClientContext& context) : ssl_(SSL_new(context.get())) {
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl_);
  SSL_set_options(ssl_, SSL_OP_NO_QUERY_MTU);
  DTLS_set_link_mtu(ssl_, kMtu);
}

DtlsClient::~DtlsClient() { SSL_free(ssl_); }

std::vector<Bytes> DtlsClient::OnDatagram(ByteView datagram) {
  BIO_write(SSL_get_rbio(ssl_), datagram.data(), static_cast<int>(datagram.size()));
  if (!connected_) return Handshake();
  uint8_t ignored[2048];  // application data is none of WebRTC's; alerts are read
  SSL_read(ssl_, ignored, sizeof(ignored));
  return TakeRecords();
}

std::vector<Bytes> DtlsClient::OnTimer() {
  if (connected_) return {};
  DTLSv1_handle_timeout(ssl_);
  return TakeRecords();
}

std::vector<Bytes> DtlsClient::Handshake() {
  connected_ = SSL_do_handshake(ssl_) == 1;
  return TakeRecords();
}

// The memory BIO joins what belongs into datagrams of its own: divide it at the records.
std::vector<Bytes> DtlsClient::TakeRecords() {
  char* data = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl_), &data);
  const ByteView all(reinterpret_cast<const uint8_t*>(data), static_cast<size_t>(size));
  std::vector<Bytes> records;
  for (size_t at = 0; at + kRecordHeader <= all.size();) {
    const size_t length = kRecordHeader + (all[at + 11] << 8 | all[at + 12]);
    if (at + length > all.size()) break;
    records.push_back(ToBytes(all.subspan(at, length)));
    at += length;
  }
  BIO_reset(SSL_get_wbio(ssl_));
  return records;
}

}  // namespace sluice::whep_players
