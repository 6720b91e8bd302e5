/* SPDX-License-Identifier: GPL-2.0-only */
/* core/sha256: the vectors of FIPS 180-4, and the lengths at which padding takes another block. */
#include "core/sha256.h"
#include "unit.h"

static const char *hash(const char *data, size_t size)
{
	static char text[2 * SHA256_SIZE + 1];
	uint8_t raw[SHA256_SIZE];

	sha256(data, size, raw);
	sha256_to_string(raw, text);
	return text;
}

static void test_standard_vectors(void)
{
	const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	CHECK_STR(hash("", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_STR(hash("abc", 3),
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_STR(hash(two, strlen(two)),
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_a_million(void)
{
	static char a[1000000];

	memset(a, 'a', sizeof(a));
	CHECK_STR(hash(a, sizeof(a)),
		  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Lengths round the end of a block, of the letter x: told by sha256sum(1). */
static void test_padding(void)
{
	char x[64];

	memset(x, 'x', sizeof(x));
	CHECK_STR(hash(x, 55), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
	CHECK_STR(hash(x, 56), "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
	CHECK_STR(hash(x, 63), "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
	CHECK_STR(hash(x, 64), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
}

int main(void)
{
	RUN(test_standard_vectors);
	RUN(test_a_million);
	RUN(test_padding);
	return unit_end();
}
