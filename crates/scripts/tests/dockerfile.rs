//! Dockerfiles.

mod common;

use common::{at, placed};
use iaclint_scripts::{
    Dockerfile, HealthCheck, Presence, WorkKind, looks_like_dockerfile, probes, start_work,
    tool_in_dockerfile, tool_in_image,
};

const TWO_STAGES: &str = r#"# syntax=docker/dockerfile:1
ARG PYTHON=3.12
FROM --platform=linux/amd64 node:20 AS assets
RUN npm ci && npm run build

FROM python:${PYTHON}-slim AS base
ENV PYTHONUNBUFFERED=1 \
    # why
    APP_HOME="/a b"
RUN apt-get update \
    # the check needs it
    && apt-get install -y --no-install-recommends curl postgresql-client-16 \
    && rm -rf /var/lib/apt/lists/*
FROM base
COPY --from=assets --chown=app:app /src/dist /app/static
COPY ["a b", "/app/"]
RUN <<EOF
set -e
pip install gunicorn
EOF
USER app
WORKDIR /app
EXPOSE 8000 9000/udp
HEALTHCHECK --interval=30s --timeout=3s CMD curl -f http://localhost:8000/health || exit 1
ENTRYPOINT ["sh", "-c", \
  "alembic upgrade head && exec \"$0\" \"$@\""]
CMD gunicorn app:app
"#;

#[test]
fn stages_and_instructions_are_read() {
    let file = Dockerfile::read(&placed(TWO_STAGES));
    assert!(file.unknown.is_empty(), "{:?}", file.unknown);
    let bases: Vec<_> = file.stages.iter().map(|s| s.base.known().unwrap().into_owned()).collect();
    assert_eq!(bases, ["node:20", "python:3.12-slim", "base"]);
    assert_eq!(file.stages[0].platform.as_ref().unwrap().known().unwrap(), "linux/amd64");
    assert_eq!(file.base_image().unwrap().known().unwrap(), "python:3.12-slim");
    let names: Vec<_> = file.stages[1]
        .environment
        .iter()
        .map(|v| (v.name.as_str(), v.value.as_ref().unwrap().known().unwrap().into_owned()))
        .collect();
    assert_eq!(names, [("PYTHONUNBUFFERED", "1".to_owned()), ("APP_HOME", "/a b".to_owned())]);
    let last = &file.stages[2];
    assert_eq!((last.user.as_ref().unwrap().known().unwrap().as_ref(), last.ports.len()), ("app", 2));
    assert_eq!(last.copies[0].from.as_ref().unwrap().known().unwrap(), "assets");
    assert_eq!(last.copies[1].sources[0].known().unwrap(), "a b");
    assert_eq!(at(TWO_STAGES, last.span), "FROM base");
}

#[test]
fn packages_of_the_final_image_are_those_of_its_stages() {
    let file = Dockerfile::read(&placed(TWO_STAGES));
    let installs = file.installs();
    let managers: Vec<_> = installs.iter().map(|i| i.manager.as_str()).collect();
    assert_eq!(managers, ["apt-get", "pip"]);
    assert!(installs[0].installs(&["curl"]) && installs[1].installs(&["gunicorn"]));
    assert_eq!(
        installs[0].packages.iter().map(|p| at(TWO_STAGES, p.span)).collect::<Vec<_>>(),
        ["curl", "postgresql-client-16"]
    );
    assert!(matches!(tool_in_dockerfile(&file, "curl"), Presence::Yes(Some(_))));
    assert!(matches!(tool_in_dockerfile(&file, "pg_isready"), Presence::Yes(Some(_))));
    assert!(matches!(tool_in_dockerfile(&file, "nc"), Presence::No(_)));
}

#[test]
fn the_start_is_read_in_both_forms() {
    let file = Dockerfile::read(&placed(TWO_STAGES));
    let (entrypoint, command) = file.starts();
    let (entrypoint, command) = (entrypoint.unwrap(), command.unwrap());
    assert!(!entrypoint.shell && command.shell);
    let work = start_work(&entrypoint.script);
    assert_eq!((work[0].what, at(TWO_STAGES, work[0].span)), (WorkKind::Migration, "alembic upgrade head"));
    assert_eq!(command.script.commands[0].name().unwrap(), "gunicorn");
    assert_eq!(at(TWO_STAGES, command.script.commands[0].words[1].span), "app:app");
}

#[test]
fn a_health_check_of_an_image_is_read() {
    let file = Dockerfile::read(&placed(TWO_STAGES));
    let Some((HealthCheck::Runs { script, shell: true }, _)) = &file.stages[2].health_check else { panic!() };
    assert_eq!(probes(script)[0].port_number(), Some(8000));
    let off = Dockerfile::read(&placed("FROM a\nHEALTHCHECK NONE\n"));
    assert!(matches!(off.stages[0].health_check, Some((HealthCheck::Off, _))));
}

#[test]
fn a_tool_is_missing_only_where_that_is_sure() {
    let of = |text: &str, tool: &str| tool_in_dockerfile(&Dockerfile::read(&placed(text)), tool);
    assert!(matches!(of("FROM node:20-alpine\nRUN npm ci\n", "curl"), Presence::No(_)));
    assert_eq!(
        of("FROM node:20-alpine\nRUN apk add --no-cache curl\n", "curl"),
        of("FROM node:20-alpine\nRUN apk add --no-cache curl\n", "curl")
    );
    assert!(matches!(
        of("FROM node:20-alpine\nRUN apk add --no-cache curl\n", "curl"),
        Presence::Yes(Some(_))
    ));
    assert!(matches!(of("FROM gcr.io/distroless/java21\nCOPY a.jar /app/\n", "curl"), Presence::No(_)));
    assert!(matches!(of("FROM scratch\nCOPY app /app\n", "wget"), Presence::No(_)));
    assert_eq!(of("FROM scratch\nCOPY --from=busybox /bin/ /bin/\n", "wget"), Presence::Unknown);
    assert!(matches!(
        of("FROM scratch\nCOPY --from=curl /usr/bin/curl /usr/bin/curl\n", "curl"),
        Presence::Yes(_)
    ));
    assert_eq!(of("FROM python:3.12-slim\nRUN ./install.sh\n", "curl"), Presence::Unknown);
    assert_eq!(of("FROM mycompany/base:1\n", "curl"), Presence::Unknown);
    assert!(matches!(of("FROM python:‹version›-slim\n", "curl"), Presence::No(_)));
    assert_eq!(of("FROM ‹image›\n", "curl"), Presence::Unknown);
    assert_eq!(of("FROM python:3.12-slim\nRUN apt-get install -y $PACKAGES\n", "curl"), Presence::Unknown);
    assert_eq!(of("ARG V\nFROM python:${V}-slim\n", "curl"), of("FROM python:‹v›-slim\n", "curl"));
}

#[test]
fn images_say_by_their_names_what_they_hold() {
    for (image, tool, present) in [
        ("python:3.12-slim", "curl", Some(false)),
        ("python:3.12", "curl", Some(true)),
        ("python:3.12-alpine", "wget", Some(true)),
        ("public.ecr.aws/docker/library/node:20-slim", "curl", Some(false)),
        ("docker.io/library/alpine:3.20", "curl", Some(false)),
        ("postgres:16-alpine", "pg_isready", Some(true)),
        ("nginx:alpine", "curl", None),
        ("someone/app:1-alpine", "curl", None),
        ("scratch", "curl", Some(false)),
    ] {
        let found = match tool_in_image(image, tool) {
            Presence::Yes(_) => Some(true),
            Presence::No(_) => Some(false),
            Presence::Unknown => None,
        };
        assert_eq!(found, present, "{image} {tool}");
    }
}

#[test]
fn a_dockerfile_is_told_by_its_first_instruction() {
    assert!(looks_like_dockerfile(&placed(TWO_STAGES)));
    assert!(!looks_like_dockerfile(&placed("#!/bin/sh\nFROM=1\n")));
    assert!(!looks_like_dockerfile(&placed("")));
}

#[test]
fn any_prefix_of_a_dockerfile_is_read() {
    for end in (0..TWO_STAGES.len()).step_by(3) {
        let file = Dockerfile::read(&placed(&TWO_STAGES[..end]));
        let _ = (tool_in_dockerfile(&file, "curl"), file.installs(), file.starts());
    }
}
