// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks whether the patches in force have their effect, when a client asks and, while a client
 * watches, periodically (monitor.c). The kernel sends no notice of what takes the effect away, so
 * klpd knows nothing new between two looks. Promises: each warning is logged once, when it is first
 * seen; the clients that watch are told when the warnings differ from those of the last look.
 */
#include <sys/epoll.h>
#include <time.h>

#include "core/effect.h"
#include "core/retire.h"
#include "klpd/manager-pins.h"
#include "klpd/manager.h"
#include "klpd/missed.h"
#include "util/log.h"
#include "util/macro.h"

static uint64_t look_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Missed calls have an event and a log line of their own, and recovery logs its own warnings. */
static bool look_is_news(const struct warning *w)
{
	return w->text && w->kind != WARNING_MISSED && w->kind != WARNING_RECOVERY;
}

static bool look_was_told(const struct manager *m, const char *text)
{
	for (size_t i = 0; i < m->n_told; i++)
		if (STREQ(m->told[i], text))
			return true;
	return false;
}

static void look_forget(char **told, size_t n)
{
	while (n > 0)
		free(told[--n]);
	free(told);
}

/* Replace the remembered warnings with the current ones. True if they differ. */
static bool look_tell(struct manager *m, const struct warnings *l)
{
	char **told = calloc(l->n + 1, sizeof(*told));
	bool news = false;
	size_t n = 0;

	if (!told)
		return false;
	for (size_t i = 0; i < l->n; i++) {
		const char *text = l->list[i].text;

		if (!look_is_news(&l->list[i]))
			continue;
		if (!look_was_told(m, text)) {
			log_warning("%s", text);
			news = true;
		}
		told[n] = strdup(text);
		if (!told[n])
			break;
		n++;
	}
	news = news || n != m->n_told;
	if (n == 0 && m->n_told > 0)
		log_info("All warnings have ended");
	look_forget(m->told, m->n_told);
	m->told = told;
	m->n_told = n;
	return news;
}

static void look_rest(struct manager *m)
{
	m->stale_grace_source = sd_event_source_disable_unref(m->stale_grace_source);
	(void)grace_end(TAKE_PTR(m->stale_grace));
}

static int on_stale_grace(sd_event_source *source _unused_, int fd _unused_,
			  uint32_t revents _unused_, void *userdata)
{
	look_rest(userdata);
	return 0;
}

/* A change has its own view of what is stale, and tries again when it begins. */
static void look_at_stale_pins(struct manager *m)
{
	if (m->change || m->work || m->stale_grace)
		return;
	(void)retire_stale_pins(m->registry, &m->stale_grace);
	/* if the event loop takes no source, wait for the grace period right here */
	if (m->stale_grace &&
	    sd_event_add_io(m->event, &m->stale_grace_source, grace_fd(m->stale_grace), EPOLLIN,
			    on_stale_grace, m) < 0)
		look_rest(m);
}

int manager_look(struct manager *m, struct warnings *ret)
{
	uint64_t began = look_now();
	bool missed = missed_look(m->registry);
	int r;

	manager_keep(m);
	look_at_stale_pins(m);
	r = effect_look(m->registry, ret);

	m->look_usec = look_now() - began;
	if (missed && m->observe)
		m->observe(MANAGER_MISSED, m->observe_userdata);
	if (r == 0 && look_tell(m, ret) && m->observe)
		m->observe(MANAGER_WARNING, m->observe_userdata);
	return r;
}

void manager_look_done(struct manager *m)
{
	look_forget(m->told, m->n_told);
	m->told = NULL;
	m->n_told = 0;
}
