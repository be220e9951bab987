//! What the ECS agent asks for in the name of the execution role before the containers of a task run: their images and their logs.

use iaclint_model::arn::Arn;
use iaclint_model::ecs::{Container, Registry, TaskDefinition};
use iaclint_model::logs::LogGroup;
use iaclint_model::{Entity, Prop, ResourceId};
use iaclint_value::OriginId;

use crate::Analysis;
use crate::authority::Verdict;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The image of a container.
    Image,
    /// The stream that a container logs to.
    Log,
}

/// A request of the agent.
#[derive(Clone, Debug)]
pub struct StartRequest<'m> {
    /// For which container.
    pub container: Container<'m>,
    /// What for.
    pub purpose: Purpose,
    /// The service, as endpoints call it.
    pub service: &'static str,
    /// What is done.
    pub action: &'static str,
    /// The repository or log group, where it is one of the graph.
    pub object: Option<ResourceId>,
    /// What it is done on. AWS's documentation and people's policies name logs in several ways: to be allowed in one is enough.
    pub on: Vec<Arn>,
    /// The place that asks for it.
    pub origin: OriginId,
}

/// The only action of ECR on no repository. Source: Service Authorization Reference, Amazon ECR.
const TOKEN: &str = "ecr:GetAuthorizationToken";

/// Everything that the agent asks for, for the containers of a task definition.
pub fn start_requests<'m>(task: &TaskDefinition<'m>) -> Vec<StartRequest<'m>> {
    let mut out = Vec::new();
    for container in task.containers().items {
        if container.registry() == Registry::Ecr {
            image(container, &mut out);
        }
        if container.log_driver().must(|driver| driver == "awslogs") {
            log(container, &mut out);
        }
    }
    out
}

fn image<'m>(container: Container<'m>, out: &mut Vec<StartRequest<'m>>) {
    let model = container.node().model;
    let repository = container.repository();
    let arn = repository.and_then(|id| Arn::of_resource(model, id));
    let arn = arn
        .unwrap_or_else(|| Arn::of_text("arn:aws:ecr:").then_anything().then(":repository/").then_anything());
    let origin = container.image().origin();
    let mut ask = |service, action, object, on| {
        let purpose = Purpose::Image;
        out.push(StartRequest { container, purpose, service, action, object, on: vec![on], origin });
    };
    ask("ecr.api", TOKEN, None, Arn::no_resource());
    ask("ecr.dkr", "ecr:BatchGetImage", repository, arn.clone());
    ask("ecr.dkr", "ecr:GetDownloadUrlForLayer", repository, arn);
}

fn log<'m>(container: Container<'m>, out: &mut Vec<StartRequest<'m>>) {
    let model = container.node().model;
    let group = match container.log_options() {
        Prop::Known { value, .. } => value.get("awslogs-group"),
        _ => None,
    };
    let mentioned = group.map(|group| model.mentions(group)).unwrap_or_default();
    let object = mentioned.into_iter().find(|id| model.get::<LogGroup<'m>>(*id).is_some());
    let named = || Some(Arn::of_value(model, group?).behind("arn:aws:logs:{region}:{account}:log-group:"));
    let anything = || Arn::of_text("arn:aws:logs:").then_anything().then(":log-group:").then_anything();
    let arn = object.and_then(|id| Arn::of_resource(model, id)).or_else(named).unwrap_or_else(anything);
    let stream = arn.clone().then(":log-stream:").then_anything();
    let origin = container.log_driver().origin();
    for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
        let (purpose, service, on) = (Purpose::Log, "logs", vec![stream.clone(), arn.clone()]);
        out.push(StartRequest { container, purpose, service, action, object, on, origin });
    }
}

impl StartRequest<'_> {
    /// What it is for: `the image of container api`.
    pub fn words(&self) -> String {
        let what = match self.purpose {
            Purpose::Image => "the image",
            Purpose::Log => "the log",
        };
        format!("{what} of {}", self.container.label())
    }

    /// Whether it is a question of the role's own policies alone: whoever may log or ask for a token needs nobody else's leave.
    pub fn is_up_to_the_role(&self) -> bool {
        self.purpose == Purpose::Log || self.action == TOKEN || self.object.is_some()
    }
}

impl Analysis<'_> {
    /// Whether a role may make a request of the agent.
    pub fn may_request(&self, role: ResourceId, request: &StartRequest<'_>) -> Verdict {
        let verdicts = request.on.iter().map(|on| self.may(role, request.action, on));
        let best = verdicts.max_by_key(Verdict::answer);
        best.unwrap_or_else(|| Verdict::CannotTell("nothing is known of it".to_owned()))
    }
}
