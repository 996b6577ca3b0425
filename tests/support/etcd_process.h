// A real etcd for one test: own ports, data in memory, stopped by its process id.
#pragma once

#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace sluice::test {

class EtcdProcess {
 public:
  EtcdProcess() : client_port_(FreePort()), peer_port_(FreePort()) {
    std::string name = "/dev/shm/sluice_etcd_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    Start();
  }
  ~EtcdProcess() {
    Kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  EtcdProcess(const EtcdProcess&) = delete;
  EtcdProcess& operator=(const EtcdProcess&) = delete;

  std::string endpoint() const { return "127.0.0.1:" + std::to_string(client_port_); }
  const std::string& folder() const { return folder_; }

  // On the same ports, with the data it had; it is not ready yet when this returns.
  void Start() {
    const std::string client = "http://" + endpoint();
    const std::string peer = "http://127.0.0.1:" + std::to_string(peer_port_);
    const std::string data = folder_ + "/data";
    const std::string log = folder_ + "/log";
    std::vector<const char*> arguments = {"etcd",
                                          "--name",
                                          "test",
                                          "--data-dir",
                                          data.c_str(),
                                          "--listen-client-urls",
                                          client.c_str(),
                                          "--advertise-client-urls",
                                          client.c_str(),
                                          "--listen-peer-urls",
                                          peer.c_str(),
                                          "--initial-advertise-peer-urls",
                                          peer.c_str(),
                                          "--logger",
                                          "zap",
                                          "--log-outputs",
                                          log.c_str(),
                                          "--unsafe-no-fsync",
                                          "--heartbeat-interval",
                                          "20",
                                          "--election-timeout",
                                          "200",
                                          nullptr};
    const std::string cluster = "test=" + peer;
    arguments.insert(arguments.end() - 1, {"--initial-cluster", cluster.c_str()});
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execv("/usr/bin/etcd", const_cast<char* const*>(arguments.data()));
    _exit(127);
  }
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  // It answers nothing, but its connections stand.
  void Freeze() { kill(pid_, SIGSTOP); }
  void Thaw() { kill(pid_, SIGCONT); }
  void EraseData() { std::filesystem::remove_all(folder_ + "/data"); }

 private:
  // Below the range that the kernel hands out by itself, so that it is still free after a restart.
  static int FreePort() {
    static std::mt19937 random{std::random_device{}()};
    for (int attempt = 0; attempt < 1000; ++attempt) {
      const int port = std::uniform_int_distribution<int>(10'000, 29'999)(random);
      const int fd = socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(static_cast<uint16_t>(port));
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      const bool free = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
      close(fd);
      if (free) return port;
    }
    throw std::runtime_error("no free port");
  }

  int client_port_;
  int peer_port_;
  std::string folder_;
  pid_t pid_ = 0;
};

}  // namespace sluice::test
