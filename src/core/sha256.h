/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SHA-256 (FIPS 180-4) of a buffer. Identifies a patch file in status; it does not authenticate the
 * file.
 */
#ifndef KLPD_CORE_SHA256_H
#define KLPD_CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE	32

void sha256(const void *data, size_t size, uint8_t ret[SHA256_SIZE]);
/* Format the hash as sha256sum does; ret has room for the final NUL. */
void sha256_to_string(const uint8_t hash[SHA256_SIZE], char ret[2 * SHA256_SIZE + 1]);

#endif
