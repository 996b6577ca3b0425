#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "raw_client.h"

namespace sluice::http {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Free<SSL_free>>;
using FilePtr = std::unique_ptr<FILE, Free<fclose>>;

// A key and its self-signed certificate in a temporary folder, gone with this.
class TemporaryCertificate {
 public:
  TemporaryCertificate() {
    char name[] = "/tmp/sluice-tls-XXXXXX";
    folder_ = mkdtemp(name);
    KeyPtr key(EVP_EC_gen("P-256"));
    CertificatePtr certificate(X509_new());
    X509_set_pubkey(certificate.get(), key.get());
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    PEM_write_X509(FilePtr(fopen(files().certificate_path.c_str(), "w")).get(), certificate.get());
    PEM_write_PrivateKey(FilePtr(fopen(files().private_key_path.c_str(), "w")).get(), key.get(),
                         nullptr, nullptr, 0, nullptr, nullptr);
  }
  ~TemporaryCertificate() { std::filesystem::remove_all(folder_); }
  TlsFiles files() const { return {folder_ + "/certificate.pem", folder_ + "/key.pem"}; }

 private:
  std::string folder_;
};

Router Hello() {
  Router router;
  router.Add(Method::kGet, "/hello", [](const Request& request, Responder responder) {
    responder.Send(TextResponse(200, request.secure ? "secure" : "open"));
  });
  return router;
}

TEST_CASE("a listener with certificate files speaks TLS 1.2 or newer") {
  TemporaryCertificate certificate;
  ServerFixture server(Hello(), {.listeners = {{"127.0.0.1", 0, certificate.files()}}});
  RawClient socket = server.Client();
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  SslPtr ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), socket.fd());
  REQUIRE(SSL_connect(ssl.get()) == 1);
  CHECK(SSL_version(ssl.get()) >= TLS1_2_VERSION);
  std::string request = "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  REQUIRE(SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())) > 0);
  std::string response;
  char buffer[1000];
  for (int got = 1; got > 0;) {
    got = SSL_read(ssl.get(), buffer, sizeof(buffer));
    if (got > 0) response.append(buffer, static_cast<size_t>(got));
  }
  CHECK(response.starts_with("HTTP/1.1 200"));
  CHECK(response.ends_with("secure"));
}

TEST_CASE("plain HTTP on a TLS listener gets no answer of ours") {
  TemporaryCertificate certificate;
  ServerFixture server(Hello(), {.listeners = {{"127.0.0.1", 0, certificate.files()}}});
  RawClient client = server.Client();
  client.Send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK_FALSE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_CASE("certificate files that cannot be used are refused at the start") {
  loop::EventLoop loop;
  ServerOptions options{
      .listeners = {{"127.0.0.1", 0, TlsFiles{"/nowhere/certificate.pem", "/nowhere/key.pem"}}}};
  CHECK_FALSE(Server::Start(loop, options, Router()).ok());
}

}  // namespace
}  // namespace sluice::http
