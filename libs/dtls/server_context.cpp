#include "libs/dtls/server_context.h"

#include <openssl/srtp.h>
#include <openssl/ssl.h>

#include "libs/dtls/openssl_error.h"
#include "libs/dtls/server_connection.h"

namespace sluice::dtls {
namespace {

// Forward-secret suites for an ECDSA certificate, the cheapest first.
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-SHA";
constexpr char kGroups[] = "X25519:P-256:P-384";
constexpr char kSrtpProfiles[] = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";

bool SetUp(SSL_CTX* ctx, const Certificate& certificate) {
  SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                               SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  // DTLS 1.2 only: SRTP's keys come from a handshake in which we show one certificate and see one.
  return SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(ctx, kCiphers) == 1 &&
         SSL_CTX_set1_groups_list(ctx, kGroups) == 1 &&
         SSL_CTX_use_certificate(ctx, certificate.x509()) == 1 &&
         SSL_CTX_use_PrivateKey(ctx, certificate.key()) == 1 &&
         SSL_CTX_set_tlsext_use_srtp(ctx, kSrtpProfiles) == 0;  // 0 is success here
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ServerContext>> ServerContext::Make(
    std::shared_ptr<const Certificate> certificate) {
  std::shared_ptr<ServerContext> context(new ServerContext());
  context->certificate_ = std::move(certificate);
  context->ssl_ctx_ = SSL_CTX_new(DTLS_server_method());
  if (context->ssl_ctx_ == nullptr || !SetUp(context->ssl_ctx_, *context->certificate_)) {
    return OpensslError("setting up DTLS");
  }
  ServerConnection::PrepareContext(context->ssl_ctx_);
  return context;
}

ServerContext::~ServerContext() { SSL_CTX_free(ssl_ctx_); }

}  // namespace sluice::dtls
