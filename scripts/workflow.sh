#!/usr/bin/env bash
# One job of the server-less mode, as the workflows of .github/workflows call it: workflow.sh STAGE [SOURCE]
# What the workflow was started with comes by the environment (SINCE, UNTIL, FULL, DAY, LANGUAGE), never as text of the
# script; an empty variable says nothing. Prints the same summary as `lifetracer STAGE --json`.
set -euo pipefail
stage=$1
shift
arguments=("$@" --json)
[ -z "${SINCE:-}" ] || arguments+=(--since "$SINCE")
[ -z "${UNTIL:-}" ] || arguments+=(--until "$UNTIL")
[ "${FULL:-}" != true ] || arguments+=(--full)
case $stage in
report)
  [ -z "${DAY:-}" ] || arguments+=(--day "$DAY")
  [ -z "${LANGUAGE:-}" ] || arguments+=(--language "$LANGUAGE")
  arguments+=(--output report.pdf)
  ;;
esac
exec lifetracer "$stage" "${arguments[@]}"
