/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The klpd daemon. It takes the lock on the pins and the socket, and drops the privileges that it
 * does not need. Then it takes over the patches in force and serves until it is told to stop.
 * Stopping changes nothing in the kernel; patches stay in force.
 */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "kern/caps.h"
#include "kern/claim.h"
#include "kern/loader.h"
#include "klpd/manager-pins.h"
#include "klpd/server.h"
#include "klpd/upgrade.h"
#include "shared/paths.h"
#include "util/errno-util.h"
#include "util/log.h"
#include "util/macro.h"
#include "version.h"

/* For 64 patches of 256 functions each, one of them being replaced; see raise_limits(). */
#define DESCRIPTORS_WANTED	131072

static void help(void)
{
	puts("klpd [OPTIONS...]\n"
	     "\n"
	     "Controller of livepatches with BPF programs as bodies. Stopping it leaves all\n"
	     "patches in force; it takes them over when it is started again.\n"
	     "\n"
	     "  -h --help             Show this help and exit\n"
	     "     --version          Show the version and exit\n"
	     "     --log-level=LEVEL  err, warning, notice, info (default) or debug\n"
	     "     --check-upgrade    Check that this klpd can manage what is in force; exit\n"
	     "\n"
	     "See klpd(8) and klpctl(1).");
}

/* 1: continue; 0: finished; negative: wrong usage, which has been reported. */
static int parse_arguments(int argc, char *argv[], bool *ret_check)
{
	enum { ARG_VERSION = 0x100, ARG_LOG_LEVEL, ARG_CHECK_UPGRADE };
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, ARG_VERSION },
		{ "log-level", required_argument, NULL, ARG_LOG_LEVEL },
		{ "check-upgrade", no_argument, NULL, ARG_CHECK_UPGRADE },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0)
		switch (c) {
		case 'h':
			help();
			return 0;
		case ARG_VERSION:
			puts("klpd " KLPD_VERSION);
			return 0;
		case ARG_LOG_LEVEL:
			c = log_level_from_string(optarg);
			if (c < 0)
				return log_error_errno(-EINVAL, "'%s' is no log level", optarg);
			log_set_level(c);
			break;
		case ARG_CHECK_UPGRADE:
			*ret_check = true;
			break;
		default:
			return -EINVAL;
		}
	if (optind < argc)
		return log_error_errno(-EINVAL, "klpd takes no argument: '%s'", argv[optind]);
	return 1;
}

/* Two daemons would undo each other's work. The lock is held until the process ends. */
static int take_lock(void)
{
	int fd = claim_kernel();

	if (fd == -EBUSY)
		return log_error_errno(fd, "Another klpd runs already for this kernel");
	if (fd < 0)
		return log_error_errno(fd, "Cannot use '" KLPD_PIN_DIR "': %m; bpffs has to be mounted on '"
				       KLPD_BPFFS "' (mount -t bpf bpf " KLPD_BPFFS ")");
	return fd;
}

/*
 * Each function in force takes up to three descriptors, and twice as many while it is replaced.
 * Root may raise the hard limit as well, but only with CAP_SYS_RESOURCE.
 */
static void raise_limits(void)
{
	struct rlimit limit = { DESCRIPTORS_WANTED, DESCRIPTORS_WANTED };

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= DESCRIPTORS_WANTED)
		limit.rlim_cur = limit.rlim_max;
	else
		limit.rlim_cur = limit.rlim_max = DESCRIPTORS_WANTED;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	log_notice("Only %llu descriptors can be open, so not many functions can be in force at a time",
		   (unsigned long long)limit.rlim_cur);
}

static int make_loop(sd_event **ret)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	int r;

	r = sd_event_new(&event);
	if (r >= 0)
		r = sd_event_add_signal(event, NULL, SIGTERM | SD_EVENT_SIGNAL_PROCMASK, NULL,
					NULL);
	if (r >= 0)
		r = sd_event_add_signal(event, NULL, SIGINT | SD_EVENT_SIGNAL_PROCMASK, NULL, NULL);
	if (r < 0)
		return log_error_errno(r, "Cannot make the event loop: %m");
	(void)sd_event_set_watchdog(event, true);
	*ret = TAKE_PTR(event);
	return 0;
}

static int run(void)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_(manager_freep) struct manager *manager = NULL;
	_cleanup_(server_freep) struct server *server = NULL;
	_cleanup_close_ int lock = -EBADF;
	bool stay;
	int r;

	lock = take_lock();
	if (lock < 0)
		return lock;
	r = make_loop(&event);
	if (r < 0)
		return r;
	r = server_new(&server);
	if (r == -EADDRINUSE)
		return log_error_errno(r, "Another socket already listens on '" KLPD_SOCKET "', "
				       "probably klpd.socket: use 'systemctl start klpd.service', or "
				       "'systemctl stop klpd.socket' before you start klpd by hand");
	if (r < 0)
		return log_error_errno(r, "Cannot listen on '%s': %m", KLPD_SOCKET);
	r = caps_init();
	if (r < 0)
		return log_error_errno(r, "klpd lacks a capability that it needs: %m");
	r = manager_new(event, &manager, &report);
	if (r != 0) {
		log_error("%s%s%s", report.detail ?: "Cannot start", report.error ? ": " : "",
			  report.error ? strerrordesc_np(report.error) : "");
		return -EIO;
	}
	r = server_start(server, manager);
	if (r < 0)
		return log_error_errno(r, "Cannot serve: %m");

	log_info("klpd " KLPD_VERSION " is ready, generation %llu",
		 (unsigned long long)manager_generation(manager));
	(void)sd_notify(false, "READY=1");
	r = sd_event_loop(event);
	stay = manager_stop(manager);
	(void)sd_notifyf(false, "STOPPING=1\nSTATUS=%s",
			 stay ? "Patches stay in force" : "Patches that are not pinned end");
	if (r < 0)
		return log_error_errno(r, "Event loop failed: %m");
	if (stay)
		log_info("Stopping; patches stay in force");
	return 0;
}

int main(int argc, char *argv[])
{
	bool check = false;
	int r;

	if (argc == 2 && STREQ(argv[1], LOADER_ARGUMENT))
		return loader_main();
	log_set_name("klpd");
	r = parse_arguments(argc, argv, &check);
	if (r <= 0)
		return r < 0 ? 2 : 0;
	if (geteuid() != 0) {
		log_error("klpd must be started by root (systemctl start klpd)");
		return EXIT_FAILURE;
	}
	(void)umask(0022);
	raise_limits();
	if (check)
		return upgrade_check();
	return run() < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
