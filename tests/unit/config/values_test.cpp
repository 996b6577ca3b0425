#include "libs/config/values.h"

#include <catch2/catch.hpp>
#include <vector>

namespace sluice::config {
namespace {

TEST_CASE("durations are written with their unit") {
  CHECK(ParseDuration("250ms") == 250ms);
  CHECK(ParseDuration("5s") == 5s);
  CHECK(ParseDuration("1.5s") == 1500ms);
  CHECK(ParseDuration("2m") == 120s);
  CHECK(ParseDuration("1h") == 3600s);
  CHECK(ParseDuration("7us") == 7us);
  CHECK(ParseDuration("0") == 0s);
}

TEST_CASE("what is no duration is refused") {
  for (const char* text : {"", "5", "s", "5 s", "-5s", "5sec", "1e3s", "99999999999999h", "..s",
                           "1.2.3s", "nan", "inf"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseDuration(text));
  }
}

TEST_CASE("a duration is written in the largest unit that holds it whole, and read back") {
  CHECK(FormatDuration(1500ms) == "1500ms");
  CHECK(FormatDuration(3600s) == "1h");
  CHECK(FormatDuration(90s) == "90s");
  CHECK(FormatDuration(0s) == "0");
  for (Duration value : {1us, Duration(250ms), Duration(10s), Duration(61s), Duration(3601s)}) {
    CHECK(ParseDuration(FormatDuration(value)) == value);
  }
}

TEST_CASE("byte sizes take units of 1024 and of 1000") {
  CHECK(ParseByteSize("512") == ByteSize{512});
  CHECK(ParseByteSize("512B") == ByteSize{512});
  CHECK(ParseByteSize("64KiB") == ByteSize{65536});
  CHECK(ParseByteSize("8MiB") == ByteSize{8 << 20});
  CHECK(ParseByteSize("1GiB") == ByteSize{1 << 30});
  CHECK(ParseByteSize("2kB") == ByteSize{2000});
  CHECK(ParseByteSize("3MB") == ByteSize{3'000'000});
  CHECK(ParseByteSize("4GB") == ByteSize{4'000'000'000});
}

TEST_CASE("what is no byte size is refused") {
  for (const char* text : {"", "MiB", "-1", "1.5MiB", "1 MiB", "1mib", "99999999999999999999",
                           "18446744073709551615GiB"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseByteSize(text));
  }
}

TEST_CASE("a byte size is read back") {
  for (uint64_t bytes :
       {0ull, 1ull, 1023ull, 1024ull, 1000ull, 8ull << 20, 18446744073709551615ull}) {
    CHECK(ParseByteSize(FormatByteSize({bytes})) == ByteSize{bytes});
  }
}

TEST_CASE("host:port takes names, IPv4 and bracketed IPv6 addresses") {
  CHECK(ParseHostPort("etcd:2379") == HostPort{"etcd", 2379});
  CHECK(ParseHostPort("127.0.0.1:1") == HostPort{"127.0.0.1", 1});
  CHECK(ParseHostPort("[::1]:65535") == HostPort{"::1", 65535});
  CHECK(HostPort{"::1", 5}.ToString() == "[::1]:5");
  CHECK(HostPort{"a", 5}.ToString() == "a:5");
}

TEST_CASE("what is no host:port is refused") {
  for (const char* text : {"", "a", ":1", "a:", "a:65536", "a:-1", "::1:5", "[a]:5", "[]:5",
                           "http://a:5", "a b:5", "a:5x"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseHostPort(text));
  }
}

TEST_CASE("numbers are decimal and finite") {
  CHECK(ParseInteger("-12") == -12);
  CHECK(ParseDouble("0.25") == 0.25);
  for (const char* text : {"", "0x1", "1.0", "1 ", "+1", "9223372036854775808"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseInteger(text));
  }
  for (const char* text : {"", "nan", "inf", "-inf", "1e999", "1,5"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseDouble(text));
  }
}

TEST_CASE("bools have words, not numbers") {
  CHECK(ParseBool("true") == true);
  CHECK(ParseBool("off") == false);
  CHECK_FALSE(ParseBool("1"));
  CHECK_FALSE(ParseBool("True"));
}

}  // namespace
}  // namespace sluice::config
