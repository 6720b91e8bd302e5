# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# common.sh - shared by the scripts of this directory and of tests/vm.
#
# Owns the location of the cache and the output format of these scripts. Sourced, never run.
# Promises that every path it returns is absolute and that die() prints one sentence and exits
# with 1.

# Kernel messages that report an error. Matched at the start of the line if boot messages contain
# the same word without an error.
complaints='^(\[[^]]*\] *)?(WARNING: |.*------------\[ cut here|.*BUG: |.*Oops: |.*kernel BUG at )'
complaints+='|Kernel panic|general protection|rcu: INFO:|rcu_[a-z]+ .*stall|INFO: task .* blocked'
complaints+='|[Ss]uspicious RCU|circular locking|recursive locking|INFO: trying to register'
complaints+='|double fault|refcount_t: |list_(add|del) corruption|scheduling while atomic'
# shellcheck disable=SC2034 # for boot, and for the test that these are heard
complaints+='|unchecked MSR|UBSAN|BUG: KASAN'

# die MESSAGE... - print what is wrong and what to do about it to stderr, and exit.
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# say MESSAGE... - print progress to stderr, because stdout is for results.
say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# checkout - print the top of the source tree these scripts belong to.
checkout() {
	(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
}

# cache_dir - print where roots and images are kept: outside the checkout, so `make clean` does
# not delete them.
cache_dir() {
	local home

	if [[ -n ${KLPD_CACHE:-} ]]; then
		realpath -ms "$KLPD_CACHE"
		return
	fi
	home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
	realpath -ms "${XDG_CACHE_HOME:-${home:-/var/cache}/.cache}/klpd"
}

need_root() {
	((EUID == 0)) || die "this needs root (it makes namespaces and a Debian root): run it with sudo"
}

# need_space DIR MEGABYTES
need_space() {
	local free

	free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
	((free >= $2)) ||
		die "$1 has ${free} MB free and $2 MB are needed: free some space, or set KLPD_CACHE to a larger disk"
}

# kernel_top KVER - print the directory that contains the kernel's files in the root: empty for
# the root's own, or the mount point of the debug kernel (see mkdebug).
kernel_top() {
	[[ -e /boot/vmlinuz-$1 ]] || echo /srv
}

# image_key ROOT - print the key of everything derived from a root, which changes with the root or
# the recipe.
image_key() {
	local here

	here=$(dirname "${BASH_SOURCE[0]}")/../tests/vm
	cat "$1/var/lib/dpkg/status" "$here/image" "$here/modules" | sha256sum | cut -c1-16
}
