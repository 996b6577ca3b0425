// Propagation of absl::Status.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define SLUICE_RETURN_IF_ERROR(expression)                                                    \
  do {                                                                                        \
    if (absl::Status sluice_status = (expression); !sluice_status.ok()) return sluice_status; \
  } while (false)

#define SLUICE_CONCAT_INNER(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_INNER(a, b)

#define SLUICE_ASSIGN_OR_RETURN(target, expression) \
  SLUICE_ASSIGN_OR_RETURN_NAMED(SLUICE_CONCAT(sluice_or_, __LINE__), target, expression)
#define SLUICE_ASSIGN_OR_RETURN_NAMED(name, target, expression) \
  auto name = (expression);                                     \
  if (!name.ok()) return std::move(name).status();              \
  target = *std::move(name)
