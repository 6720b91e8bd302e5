// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes a patch out of force beside klpd, as another user of the companion's device can.
 *
 *	taker NAME	the patch of this name; returns when its transition has begun
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "klp/uapi.h"

static void die(const char *what)
{
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	static struct klp_uapi_patch records[KLP_RECORDS_MAX];
	struct klp_ioc_status status = { .records = (uintptr_t)records, .nr = KLP_RECORDS_MAX };
	struct klp_ioc_hello hello = { .abi = KLP_ABI };
	struct klp_ioc_switch leave = { .nr_leave = 1 };
	size_t length = argc == 2 ? strlen(argv[1]) : 0;
	int fd = open(KLP_DEVICE, O_RDWR | O_CLOEXEC);

	if (length == 0)
		return 2;
	if (fd < 0 || ioctl(fd, KLP_IOC_HELLO, &hello) < 0 || ioctl(fd, KLP_IOC_STATUS, &status) < 0)
		die(KLP_DEVICE);
	for (uint32_t i = 0; i < status.nr; i++)
		if (strncmp(records[i].name, argv[1], length) == 0 && records[i].name[length] == '.')
			leave.leave[0] = records[i].id;
	if (ioctl(fd, KLP_IOC_SWITCH, &leave) < 0)
		die("KLP_IOC_SWITCH");
	return 0;
}
