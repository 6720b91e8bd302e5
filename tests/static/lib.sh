#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - shared by the static checks: working directory, lists of files, and results.
#
# A check counts what it looks at (`seen`) and reports a fault with `bad`; `verdict NAME` then
# prints the result since the last verdict as TAP and starts again; `finish` prints the plan. It is a failure if nothing was looked
# at: a check that finds no files proves nothing about them.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seen=0 wrong=0 status=0 passed=0 skips=0 results=0
# shellcheck disable=SC2034 # used by the checks
output=${KLPD_OUTPUT:-.output}

bad() {
	echo "$*" >&2
	wrong=$((wrong + 1))
}

verdict() {
	if ((seen == 0)); then
		bad "$1: nothing was checked"
	fi
	results=$((results + 1))
	if ((wrong > 0)); then
		echo "not ok $results - $1"
		status=1
	else
		echo "ok $results - $1"
		passed=$((passed + 1))
	fi
	seen=0 wrong=0
}

skip() {
	results=$((results + 1))
	echo "ok $results - $1 # SKIP $2"
	skips=$((skips + 1))
	seen=0 wrong=0
}

# The last line of a check: exit with 77 if everything was skipped.
finish() {
	echo "1..$results"
	if ((status == 0 && passed == 0)); then
		((skips > 0)) && exit 77
		exit 1
	fi
	exit "$status"
}

# files PATTERN... - print the handwritten files with such names, tracked or not, one a line.
files() {
	local -a match=(-name "$1")

	while shift && (($#)); do
		match+=(-o -name "$1")
	done
	find . \( -name .git -o -name '.output*' -o -name corpus -o -path ./vmlinux/x86 \) -prune -o \
		-type f \( "${match[@]}" \) -print | sed 's|^\./||' | sort
}

# scripts - print the files whose first line names a shell, and *.sh.
scripts() {
	files '*' | while read -r f; do
		local first=
		IFS= read -r first 2>/dev/null <"$f" || :
		[[ $f == *.sh || $first =~ ^'#!'.*[/\ ](ba|da|)sh($|\ ) ]] && echo "$f"
	done
	:
}
