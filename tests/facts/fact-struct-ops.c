// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumptions about a congestion control that is a struct_ops instance:
 *
 * - Registering one with a name that is in use fails with EEXIST, and its map is nevertheless
 *   ready for an update.
 * - An update that expects another map than the current one fails with EPERM, one to another name
 *   with EINVAL.
 * - After an update, a socket that requests the name gets the new instance. Users of the old
 *   instance keep it: a listening socket with the connections it accepts, and the default of a
 *   network namespace until it is written again.
 * - A detached link has no map, and its name is free before the call returns, even if sockets use
 *   it.
 *
 * Kernel: bpf_struct_ops_map_link_update() and _detach(), tcp_update_congestion_control().
 * If it changes: src/core/struct-ops.c.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "fact.h"
#include "fact-struct-ops.skel.h"

#define NAME	"klp_fact"
#define DEFAULT	"/proc/sys/net/ipv4/tcp_congestion_control"

static uint32_t link_map(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	FACT_TRY(bpf_link_get_info_by_fd(link, &info, &size));
	return info.struct_ops.map_id;
}

static uint32_t map_id(const struct bpf_map *map)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	FACT_TRY(bpf_map_get_info_by_fd(bpf_map__fd(map), &info, &size));
	return info.id;
}

/* name NULL: the default */
static int open_socket(const char *name)
{
	int fd = FACT_TRY(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	if (name)
		FACT_TRY(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)));
	return fd;
}

static int listener(const char *name)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = open_socket(name);

	FACT_TRY(bind(fd, (struct sockaddr *)&a, sizeof(a)));
	FACT_TRY(listen(fd, 4));
	return fd;
}

static unsigned int window(int fd)
{
	struct tcp_info info = {};
	socklen_t size = sizeof(info);

	FACT_TRY(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size));
	return info.tcpi_snd_cwnd;
}

/*
 * The windows of both ends of a new connection: of the client, which requests `name`, and of the
 * socket that `to` accepts.
 */
static void connection(int to, const char *name, unsigned int *ret, unsigned int *ret_accepted)
{
	struct sockaddr_in a;
	socklen_t size = sizeof(a);
	int fd = open_socket(name), accepted;

	FACT_TRY(getsockname(to, (struct sockaddr *)&a, &size));
	FACT_TRY(connect(fd, (struct sockaddr *)&a, size));
	accepted = FACT_TRY(accept(to, NULL, NULL));
	*ret = window(fd);
	*ret_accepted = window(accepted);
	close(accepted);
	close(fd);
}

static void choose_default(const char *name)
{
	int fd = FACT_TRY(open(DEFAULT, O_WRONLY | O_CLOEXEC));

	FACT_TRY(write(fd, name, strlen(name)));
	close(fd);
}

static void check_users(struct fact_struct_ops *t, int link)
{
	unsigned int asked, accepted;
	char before[32] = "";
	int old, fd = FACT_TRY(open(DEFAULT, O_RDONLY | O_CLOEXEC));

	FACT_TRY(read(fd, before, sizeof(before) - 1));
	choose_default(NAME);
	old = listener(NAME);
	FACT_TRY(bpf_link_update(link, bpf_map__fd(t->maps.second), &(struct bpf_link_update_opts){
		.sz = sizeof(struct bpf_link_update_opts), .flags = BPF_F_REPLACE,
		.old_map_fd = (uint32_t)bpf_map__fd(t->maps.first) }));
	FACT(link_map(link) == map_id(t->maps.second));
	connection(old, NAME, &asked, &accepted);
	FACT(asked == 22 && accepted == 11);
	connection(old, NULL, &asked, &accepted);
	FACT(asked == 11);
	choose_default(NAME);
	connection(old, NULL, &asked, &accepted);
	FACT(asked == 22 && accepted == 11);
	choose_default(before);
	close(old);
	close(fd);
}

/* Registering succeeds; it is detached again at once. */
static void come_and_go(struct bpf_map *map)
{
	struct bpf_link *link = bpf_map__attach_struct_ops(map);

	FACT(link);
	FACT_TRY(bpf_link_detach(bpf_link__fd(link)));
	FACT(bpf_link__destroy(link) == 0);
}

int main(void)
{
	struct fact_struct_ops *t;
	struct bpf_link *first;
	char name[16] = "";
	socklen_t size = sizeof(name);
	int link, user;

	fact_begin("struct-ops");
	t = fact_struct_ops__open_and_load();
	FACT(t);
	first = bpf_map__attach_struct_ops(t->maps.first);
	FACT(first);
	link = bpf_link__fd(first);
	FACT(!bpf_map__attach_struct_ops(t->maps.second) && errno == EEXIST);
	FACT_REFUSED(bpf_link_update(link, bpf_map__fd(t->maps.second), &(struct bpf_link_update_opts){
		.sz = sizeof(struct bpf_link_update_opts), .flags = BPF_F_REPLACE,
		.old_map_fd = (uint32_t)bpf_map__fd(t->maps.second) }), EPERM);
	come_and_go(t->maps.other);
	FACT_REFUSED(bpf_link_update(link, bpf_map__fd(t->maps.other), NULL), EINVAL);
	FACT(link_map(link) == map_id(t->maps.first));
	check_users(t, link);

	user = open_socket(NAME);
	FACT_TRY(bpf_link_detach(link));
	FACT(link_map(link) == 0);
	FACT_REFUSED(setsockopt(user, IPPROTO_TCP, TCP_CONGESTION, "klp_none", 8), ENOENT);
	FACT_TRY(getsockopt(user, IPPROTO_TCP, TCP_CONGESTION, name, &size));
	FACT(strcmp(name, NAME) == 0);
	/* The next instance of that name can be registered at once. */
	come_and_go(t->maps.second);
	FACT_TRY(bpf_link_detach(link));
	FACT_REFUSED(bpf_link_update(link, bpf_map__fd(t->maps.first), NULL), ENOLINK);
	fact_struct_ops__destroy(t);
	return fact_ok();
}
