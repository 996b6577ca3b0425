#include "services/admin/config.h"

namespace sluice::admin {

void Config::Describe(config::Section& section) {
  section.Bind("merged_metrics_address", merged_metrics_address,
               "Numeric address of the page with the metrics of all daemons of this host.");
  section.Bind("merged_metrics_port", merged_metrics_port, "TCP port of that page, /metrics.");
  section.Bind("scrape_timeout", scrape_timeout, {100ms, 10s},
               "A daemon that has not answered by then is shown as sluice_up 0.");
}

}  // namespace sluice::admin
