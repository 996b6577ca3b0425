#include "libs/daemon/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace sluice::daemon {
namespace {

sigset_t StopSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void BlockStopSignals() {
  sigset_t set = StopSet();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

StopSignals::StopSignals(loop::EventLoop& loop, std::function<void()> on_signal)
    : on_signal_(std::move(on_signal)) {
  sigset_t set = StopSet();
  fd_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  watcher_ = std::make_unique<loop::FdWatcher>(loop, fd_, [this](auto) { ReadAll(); });
  watcher_->Watch(true, false);
}

StopSignals::~StopSignals() {
  watcher_.reset();
  close(fd_);
}

void StopSignals::ReadAll() {
  signalfd_siginfo one;
  while (read(fd_, &one, sizeof(one)) == sizeof(one)) on_signal_();
}

}  // namespace sluice::daemon
