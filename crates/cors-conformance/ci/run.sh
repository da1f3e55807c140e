#!/bin/sh
# Runs cors-conformance as a step of a job, and ends with its exit status.
#   URL      the resource to test; or
#   CMD      a command that starts a server for a policy
#   POLICY   the policy of the URL; without it one is inferred
#   FAIL_ON  must (if not set) or should
#   REPORT   where the JUnit report goes; cors.xml if not set
# Where GITHUB_STEP_SUMMARY is set, the summary of the job gets the report.
set -eu
if [ -n "${CMD:-}" ]; then
  set -- --cmd "$CMD"
else
  set -- "${URL:?neither URL nor CMD is set}"
  if [ -n "${POLICY:-}" ]; then set -- "$@" --policy "$POLICY"; fi
fi
set -- "$@" --fail-on "${FAIL_ON:-must}" --report "junit=${REPORT:-cors.xml}"
summary=
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  summary=$(mktemp)
  set -- "$@" --report "markdown=$summary"
fi
status=0
cors-conformance "$@" || status=$?
if [ -n "$summary" ]; then
  cat "$summary" >> "$GITHUB_STEP_SUMMARY"
  rm -f "$summary"
fi
exit "$status"
