//! Waits and their limits.

mod common;

use common::{at, placed};
use iaclint_scripts::{Bound, Script, WaitKind, WaitLoop, wait_loops};

fn waits(written: &str) -> Vec<WaitLoop> {
    wait_loops(&Script::read(&placed(written)))
}

#[track_caller]
fn only(written: &str) -> WaitLoop {
    let mut all = waits(written);
    assert_eq!(all.len(), 1, "{written}: {all:?}");
    all.remove(0)
}

#[test]
fn a_loop_without_a_counter_never_gives_up() {
    for written in [
        "until pg_isready -h db; do sleep 2; done",
        "while ! nc -z db 5432; do\n  echo waiting\n  sleep 1\ndone",
        "until curl -sf http://x/health; do :; done",
        "until psql -c '\\q' 2>/dev/null; do >&2 echo no; sleep 1; done",
        "while true; do if curl -f http://x; then break; fi; sleep 5; done",
        "while :; do nc -z db 5432 && break; sleep 5; done",
        "set -e\nuntil nc -z ‹host› 5432; do sleep ‹seconds›; done",
        "while [ \"$STATUS\" != available ]; do STATUS=$(aws rds describe-db-instances); sleep 5; done",
        "until timeout 5 nc -z db 5432; do sleep 1; done",
        "for ((;;)); do nc -z db 5432 && break; sleep 1; done",
        "while ! test -f /tmp/ready; do sleep 1; done",
    ] {
        assert_eq!(only(written).bound, Bound::None, "{written}");
    }
}

#[test]
fn a_counter_limits_the_tries() {
    for (written, tries) in [
        ("i=0\nuntil nc -z db 1; do i=$((i+1)); if [ $i -ge 30 ]; then exit 1; fi; sleep 2; done", 30),
        ("i=0; until nc -z db 1; do if (( i++ > 60 )); then echo no; exit 1; fi; sleep 2; done", 61),
        ("n=0; while ! nc -z db 1; do let n++; [[ $n -gt 5 ]] && break; sleep 1; done", 6),
        ("MAX=10\nn=1; until nc -z db 1 || [ $n -eq $MAX ]; do n=$(expr $n + 1); sleep 1; done", 9),
        ("i=0; while [ $i -lt 12 ]; do nc -z db 1 && break; i=$((i + 1)); sleep 5; done", 12),
        ("r=20; until nc -z db 1; do ((r--)); [ $r -eq 0 ] && exit 1; sleep 1; done", 20),
        ("for i in {1..30}; do nc -z db 1 && break; sleep 1; done", 30),
        ("for i in $(seq 1 60); do curl -f x && exit 0; sleep 5; done; exit 1", 60),
        ("for i in `seq 15`; do if nc -z db 1; then break; fi; sleep 5; done", 15),
        ("N=7; for i in $(seq $N); do nc -z db 1 && break; sleep 5; done", 7),
        ("for i in 1 2 3 4 5; do nc -z db 1 && break; sleep 5; done", 5),
        ("for ((i=0;i<25;i++)); do nc -z db 1 && break; sleep 5; done", 25),
        ("for ((i=1; i<=25; i+=1)); do nc -z db 1 && break; sleep 5; done", 25),
        ("i=0; while (( i < 8 )) && ! nc -z db 1; do ((i++)); sleep 1; done", 8),
        ("i=0; until nc -z db 1; do i=$((i+1)); if [ \"$i\" -gt \"4\" ]; then exit 1; fi; sleep 2; done", 5),
    ] {
        assert_eq!(only(written).bound, Bound::Tries(tries), "{written}");
    }
}

#[test]
fn a_clock_limits_the_seconds() {
    for (written, seconds) in [
        ("timeout 60 bash -c 'until nc -z db 1; do sleep 1; done'", 60),
        ("timeout 2m sh -c \"until nc -z $DB 1; do sleep 1; done\"", 120),
        (
            "TIMEOUT=45\nDEADLINE=$(($(date +%s) + TIMEOUT))\nuntil nc -z db 1; do if [ \"$(date +%s)\" -ge \"$DEADLINE\" ]; then exit 1; fi; sleep 2; done",
            45,
        ),
        (
            "start=$(date +%s); while ! nc -z db 1; do now=$(date +%s); if [ $((now - start)) -gt 90 ]; then exit 1; fi; sleep 1; done",
            90,
        ),
        (
            "s=$(date +%s); while ! nc -z db 1; do n=$(date +%s); e=$((n-s)); [ $e -gt 80 ] && exit 1; sleep 1; done",
            80,
        ),
        ("SECONDS=0; until nc -z db 1; do if (( SECONDS > 300 )); then exit 1; fi; sleep 5; done", 300),
        (
            "ELAPSED=0; TIMEOUT=120; INTERVAL=5; while [ $ELAPSED -lt $TIMEOUT ]; do nc -z db 1 && break; sleep $INTERVAL; ELAPSED=$((ELAPSED + INTERVAL)); done",
            120,
        ),
        ("wait-for-it.sh db:5432 -t 30 -- run", 30),
        ("/wait-for-it.sh db:5432 --timeout=40", 40),
        ("./wait-for-it.sh db:5432", 15),
        ("dockerize -wait tcp://db:5432 -timeout 20s run", 20),
    ] {
        assert_eq!(only(written).bound, Bound::Seconds(seconds), "{written}");
    }
}

#[test]
fn a_limit_that_is_not_known_is_still_a_limit() {
    for written in [
        "i=0; until nc -z db 1; do i=$((i+1)); [ $i -ge $LIMIT ] && exit 1; sleep 1; done",
        "i=0; until nc -z db 1; do i=$((i+1)); [ $i -ge ‹limit› ] && exit 1; sleep 1; done",
        "for i in $(seq 1 $LIMIT); do nc -z db 1 && break; sleep 1; done",
        "timeout $T bash -c 'until nc -z db 1; do sleep 1; done'",
    ] {
        assert_eq!(only(written).bound, Bound::Limited, "{written}");
    }
}

#[test]
fn what_is_not_understood_is_unknown() {
    for written in [
        "give_up() { exit 1; }\nuntil nc -z db 1; do give_up; sleep 1; done",
        "until nc -z db 1; do [ -f /tmp/stop ] && exit 1; sleep 1; done",
        "until nc -z db 1; do ‹body›; sleep 1; done",
        "until nc -z db 1; do kill $$; sleep 1; done",
        "while running $PID; do sleep 1; done",
    ] {
        assert_eq!(only(written).bound, Bound::Unknown, "{written}");
    }
}

#[test]
fn loops_that_do_not_wait_are_none() {
    for written in [
        "while read -r line; do echo $line; sleep 1; done < x",
        "while true; do run_worker; sleep 60; done",
        "for f in *.sql; do psql -f $f; done",
        "while [ $# -gt 0 ]; do shift; sleep 0; done",
        "while getopts ab x; do y; done",
        "while sleep 60; do report; done",
        "server & pid=$!; while kill -0 $pid; do sleep 1; done",
        "while [ \"$a\" != \"${a#/}\" ]; do a=${a#/}; done",
        "for h in a b; do ssh $h; sleep 1; done",
    ] {
        assert_eq!(waits(written), [], "{written}");
    }
}

#[test]
fn a_wait_has_the_places_of_loop_and_condition() {
    let written =
        "#!/bin/sh\nset -e\nuntil pg_isready -h \"$H\" 2>/dev/null || pg_isready; do\n  sleep 2\ndone\n";
    let wait = only(written);
    assert_eq!((wait.kind, wait.sleep, wait.bound), (WaitKind::Until, Some(2), Bound::None));
    assert!(
        at(written, wait.span).starts_with("until pg_isready") && at(written, wait.span).ends_with("done")
    );
    assert_eq!(at(written, wait.condition_span), "pg_isready -h \"$H\" 2>/dev/null || pg_isready");
    assert_eq!(wait.waits_for, "pg_isready -h $H; pg_isready");
}

#[test]
fn the_places_reach_into_a_script_within_a_script() {
    let written = "bash -c 'while ! nc -z \"db\" 5432; do sleep 3; done'";
    let wait = only(written);
    assert_eq!(at(written, wait.condition_span), "nc -z \"db\" 5432");
    assert_eq!((wait.bound, wait.sleep, wait.longest()), (Bound::None, Some(3), None));
}

#[test]
fn a_wait_beside_the_script_is_marked() {
    assert!(only("until nc -z db 1; do sleep 1; done &\nserver").background);
    assert!(only("( until nc -z db 1; do sleep 1; done; seed ) &\nserver").background);
    assert!(!only("until nc -z db 1; do sleep 1; done\nserver &").background);
}

#[test]
fn a_limited_wait_knows_its_longest_time() {
    let wait =
        only("for attempt in $(seq 1 60); do\n  curl -fsS http://localhost && exit 0\n  sleep 5\ndone");
    assert_eq!((wait.bound, wait.longest()), (Bound::Tries(60), Some(300)));
}

#[test]
fn a_broken_loop_is_unknown() {
    let found = waits("until pg_isready; do\n  sleep 1\nif x; then\ndone\n");
    assert!(found.iter().all(|w| w.bound == Bound::Unknown), "{found:?}");
}
