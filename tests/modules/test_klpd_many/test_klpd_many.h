/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MANY(X, SET): X(NUMBER) for each of the 256 functions
 * test_klpd_many_NUMBER() of a set. NUMBER is
 * four hexadecimal digits: two for the set, then two for the function.
 */
#ifndef TEST_KLPD_MANY_H
#define TEST_KLPD_MANY_H

#define MANY_16(X, n) \
	X(n##0) X(n##1) X(n##2) X(n##3) X(n##4) X(n##5) X(n##6) X(n##7) \
	X(n##8) X(n##9) X(n##a) X(n##b) X(n##c) X(n##d) X(n##e) X(n##f)
#define MANY(X, n) \
	MANY_16(X, n##0) MANY_16(X, n##1) MANY_16(X, n##2) MANY_16(X, n##3) \
	MANY_16(X, n##4) MANY_16(X, n##5) MANY_16(X, n##6) MANY_16(X, n##7) \
	MANY_16(X, n##8) MANY_16(X, n##9) MANY_16(X, n##a) MANY_16(X, n##b) \
	MANY_16(X, n##c) MANY_16(X, n##d) MANY_16(X, n##e) MANY_16(X, n##f)

#endif
