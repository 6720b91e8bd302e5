# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# common.sh - what the scripts of this directory and those of tests/vm share.
#
# Owns where the cache lives and how these scripts speak.  Sourced, never run.  Promises that
# every path it returns is absolute and that die() prints one sentence and exits with 1.

# What a kernel says when something is wrong.  Bound to the start of the line where boot messages
# contain the same word in passing.
complaints='^(\[[^]]*\] *)?(WARNING: |.*------------\[ cut here|.*BUG: |.*Oops: |.*kernel BUG at )'
complaints+='|Kernel panic|general protection|rcu: INFO:|rcu_[a-z]+ .*stall|INFO: task .* blocked'
complaints+='|[Ss]uspicious RCU|circular locking|recursive locking|INFO: trying to register'
complaints+='|double fault|refcount_t: |list_(add|del) corruption|scheduling while atomic'
# shellcheck disable=SC2034 # for boot, and for the test that these are heard
complaints+='|unchecked MSR|UBSAN|BUG: KASAN'

# die MESSAGE... - say what is wrong and what to do about it, on stderr.
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# say MESSAGE... - progress, on stderr: stdout belongs to results.
say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# checkout - the top of the source tree these scripts belong to.
checkout() {
	(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
}

# cache_dir - where roots and images are kept: outside the checkout, never deleted by `make clean`.
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

# kernel_top KVER - below which directory of the root a kernel lies: its own, or where the debug kernel
# (see mkdebug) is put while it is wanted.
kernel_top() {
	[[ -e /boot/vmlinuz-$1 ]] || echo /srv
}

# image_key ROOT - names everything derived from a root, so that a changed root or recipe is noticed.
image_key() {
	local here

	here=$(dirname "${BASH_SOURCE[0]}")/../tests/vm
	cat "$1/var/lib/dpkg/status" "$here/image" "$here/modules" | sha256sum | cut -c1-16
}
