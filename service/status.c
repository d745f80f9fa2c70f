#include "service/status.h"

#include <errno.h>
#include <signal.h>

#include "service/process.h"

void nb_status_read(const struct nb_config *config, struct nb_process_status out[NB_PROCESSES_N])
{
    static const char *const names[NB_PROCESSES_N] = {"run", "crawl", "analyze", "serve"};
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        char path[4096];
        out[i] = (struct nb_process_status){.name = names[i]};
        nb_process_page(config, names[i], path, sizeof(path));
        out[i].known = nb_counters_read(path, out[i].counters) == NB_OK;
        pid_t pid = (pid_t)out[i].counters[NB_CTR_PID];
        out[i].alive = out[i].known && pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
    }
}
