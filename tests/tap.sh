# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tap.sh - reads what tests print: TAP (Test Anything Protocol), one line for each result and a
# plan, which comes last because only then is the number of results known:
#
#	ok N - NAME  |  not ok N - NAME  |  ok N - NAME # SKIP WHY
#	1..N
#
# Owns the rule when such a log is whole: a plan that is missing, or that promises another number
# of results, is a fault, so that a test that ends early never counts as passed.

# tap_read FILE - count the results. Sets TAP_PASSED, TAP_FAILED, TAP_SKIPPED, TAP_FAULT (why the
# log is not whole, or empty), and TAP_THERE, which is empty if the file has neither result nor
# plan.
# shellcheck disable=SC2034 # for the caller
tap_read() {
	{
		read -r TAP_THERE TAP_PASSED TAP_FAILED TAP_SKIPPED
		IFS= read -r TAP_FAULT
	} < <(LC_ALL=C awk '
		/^(not )?ok( |\r?$)/ {
			results++
			number = $1 == "not" ? $3 : $2
			if (number != results "" && disorder == "")
				disorder = "result " results " has another number: " $0
			if ($1 == "not") failed++
			else if (/[^\\]# *[Ss][Kk][Ii][Pp]/) skipped++
			else passed++
		}
		/^1\.\.[0-9]+/ {
			plans++
			planned = substr($1, 4) + 0
		}
		/^Bail out!/ { disorder = $0 }
		END {
			print (results + plans > 0 ? "yes" : "no"), passed + 0, failed + 0, skipped + 0
			if (disorder != "") print disorder
			else if (!plans) print "no plan came after " (results + 0) " results"
			else if (plans > 1) print plans " plans"
			else if (planned != results) print "the plan was " planned " results, " (results + 0) " came"
			else print ""
		}' "$1")
	[[ $TAP_THERE == yes ]] || TAP_THERE=''
}

# tap_failures FILE - print the failed and skipped results, each failure with the comment after it.
tap_failures() {
	LC_ALL=C awk '
		/^not ok / { print; failed = 1; next }
		/^ok .*[^\\]# *[Ss][Kk][Ii][Pp]/ { print }
		failed && /^#/ { print }
		{ failed = 0 }' "$1"
}
