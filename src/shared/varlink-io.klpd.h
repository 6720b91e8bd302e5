/* SPDX-License-Identifier: GPL-2.0-only */
/* The varlink interface io.klpd.Manager; `varlinkctl introspect` prints it as a manual. */
#ifndef KLPD_SHARED_VARLINK_IO_KLPD_H
#define KLPD_SHARED_VARLINK_IO_KLPD_H

#include <systemd/sd-varlink-idl.h>

#define VARLINK_INTERFACE "io.klpd.Manager"

extern const sd_varlink_interface vl_interface_io_klpd_Manager;

#endif
