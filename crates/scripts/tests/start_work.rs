//! What a container does before it serves.

mod common;

use common::{at, placed};
use iaclint_scripts::{Bound, Script, StartWork, WorkKind, start_work, start_work_of_command};
use iaclint_value::{Data, OriginId, Value};

fn of_words(words: &[&str]) -> Vec<StartWork> {
    start_work_of_command(&Value::list(words.iter().map(|w| Value::text(w)).collect(), OriginId::NONE))
}

fn of_shell(script: &str) -> Vec<StartWork> {
    of_words(&["sh", "-c", script])
}

#[test]
fn a_migration_before_the_server_is_start_work() {
    let work = of_shell("alembic upgrade head && exec uvicorn app:app --host 0.0.0.0");
    assert_eq!(work.len(), 1);
    assert_eq!((work[0].what, work[0].words.as_str()), (WorkKind::Migration, "alembic upgrade head"));
    assert_eq!(work[0].before.as_deref(), Some("uvicorn app:app --host 0.0.0.0"));
    assert!(!work[0].conditional);
}

#[test]
fn a_command_that_only_migrates_stands_before_nothing() {
    let work = of_words(&["python", "manage.py", "migrate", "--noinput"]);
    assert_eq!((work[0].what, work[0].before.as_deref()), (WorkKind::Migration, None));
    assert_eq!(of_words(&["/usr/local/bin/alembic", "upgrade", "head"])[0].before, None);
}

#[test]
fn each_migration_tool_is_known() {
    for command in [
        "alembic upgrade head",
        "python -m alembic -c a.ini upgrade head",
        "python3 manage.py migrate",
        "./manage.py migrate",
        "poetry run python manage.py migrate",
        "flask db upgrade",
        "bundle exec rails db:migrate",
        "bin/rails db:prepare",
        "rake db:migrate",
        "flyway -url=jdbc:x migrate",
        "liquibase --changelog-file=a update",
        "npx prisma migrate deploy",
        "prisma db push",
        "npx knex migrate:latest",
        "npx sequelize-cli db:migrate",
        "npx typeorm migration:run -d x.js",
        "dbmate --wait up",
        "goose -dir m postgres dsn up",
        "migrate -path /m -database x up",
        "php artisan migrate --force",
        "php bin/console doctrine:migrations:migrate -n",
        "npm run migrate",
        "yarn db:migrate",
        "bin/app eval 'App.Release.migrate'",
        "sqlx migrate run",
        "dotnet ef database update",
        "mix ecto.migrate",
        "./scripts/run-migrations.sh",
        "node dist/migrate.js",
        "sh migrate.sh",
        "sudo -u app timeout 600 alembic upgrade head",
        "docker compose run --rm app alembic upgrade head",
    ] {
        let work = of_shell(&format!("{command}; exec server"));
        assert_eq!(work.iter().map(|w| w.what).collect::<Vec<_>>(), [WorkKind::Migration], "{command}");
        assert_eq!(work[0].before.as_deref(), Some("server"), "{command}");
    }
}

#[test]
fn a_server_is_no_start_work() {
    for command in [
        "gunicorn app:app",
        "exec node server.js",
        "npm start",
        "uvicorn migrations_api:app",
        "alembic current",
        "rails server",
        "npm run create-migration",
    ] {
        assert_eq!(of_shell(command), [], "{command}");
    }
}

#[test]
fn assets_and_seeds_have_their_kinds() {
    let work = of_shell(
        "python manage.py collectstatic --noinput; python manage.py loaddata x; npm run build; npm ci; exec s",
    );
    assert_eq!(
        work.iter().map(|w| w.what).collect::<Vec<_>>(),
        [WorkKind::Assets, WorkKind::Seed, WorkKind::Build, WorkKind::Install]
    );
}

#[test]
fn a_wait_tells_whether_it_gives_up() {
    let work =
        of_shell("until nc -z db 5432; do sleep 1; done; wait-for-it db:5432 -t 30 -- true; sleep 5; exec s");
    let waits: Vec<_> = work.iter().map(|w| (w.what, w.words.as_str(), w.bound, w.seconds)).collect();
    assert_eq!(
        waits,
        [
            (WorkKind::Wait, "nc -z db 5432", Some(Bound::None), None),
            (WorkKind::Wait, "wait-for-it db:5432 -t 30 -- true", Some(Bound::Seconds(30)), Some(30)),
            (WorkKind::Wait, "sleep 5", None, Some(5)),
        ]
    );
}

#[test]
fn an_entrypoint_migrates_upon_a_condition_and_runs_its_arguments() {
    let written = "#!/bin/sh\nset -e\nuntil pg_isready -h \"$DB\"; do\n  sleep 2\ndone\nif [ \"$RUN\" = 1 ]; then\n  python manage.py migrate\nfi\nexec \"$@\"\n";
    let work = start_work(&Script::read(&placed(written)));
    assert_eq!(work.len(), 2);
    assert_eq!((work[0].what, work[0].conditional), (WorkKind::Wait, false));
    assert_eq!(at(written, work[0].span), "pg_isready -h \"$DB\"");
    assert_eq!((work[1].what, work[1].conditional), (WorkKind::Migration, true));
    assert_eq!(at(written, work[1].span), "python manage.py migrate");
    assert_eq!(work[1].before.as_deref(), Some("$@"));
}

#[test]
fn a_function_counts_where_it_is_called() {
    let work =
        of_shell("prepare() { alembic upgrade head; }; unused() { npm run migrate; }; prepare; exec s");
    assert_eq!(work.iter().map(|w| w.words.as_str()).collect::<Vec<_>>(), ["alembic upgrade head"]);
    assert_eq!(work[0].before.as_deref(), Some("s"));
}

#[test]
fn a_background_migration_holds_nothing_up() {
    assert_eq!(of_shell("alembic upgrade head & exec s"), []);
}

#[test]
fn words_of_a_list_keep_their_places() {
    let written = "[\"sh\", \"-c\", \"alembic upgrade ‹target› && exec s\"]";
    let text = placed(written);
    let flat = text.flatten();
    let element = |w: &str| {
        let start = flat.text.find(w).unwrap();
        let end = start + flat.text[start..].find('"').unwrap();
        Value::new(Data::Text(text.slice(&flat, start..end)), OriginId::NONE)
    };
    let work = start_work_of_command(&Value::list(
        vec![element("sh"), element("-c"), element("alembic")],
        OriginId::NONE,
    ));
    assert_eq!((work.len(), work[0].words.as_str()), (1, "alembic upgrade ${?}"));
    assert!(at(written, work[0].span).starts_with("alembic upgrade "));
}

#[test]
fn an_unknown_command_is_no_start_work() {
    assert_eq!(start_work_of_command(&Value::unknown(iaclint_value::Why::Condition, OriginId::NONE)), []);
    assert_eq!(start_work_of_command(&Value::null(OriginId::NONE)), []);
}
