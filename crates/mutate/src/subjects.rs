//! The healthy projects that are made wrong.

use std::path::{Path, PathBuf};

/// A project.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What the report calls it.
    pub name: String,
    /// The directory beyond which nothing is read.
    pub root: PathBuf,
    /// The directories below it that are checked.
    pub checked: Vec<String>,
    /// What else the program is told: the values that somebody who deploys it gives.
    pub told: &'static [&'static str],
    /// Whether it is one of ours.
    pub is_fixture: bool,
}

/// A public repository at one commit, with a project of it that is deployed.
#[derive(Debug)]
pub struct Repository {
    /// Its owner and name on GitHub.
    pub name: &'static str,
    /// The commit.
    pub commit: &'static str,
    /// The directory beyond which nothing is read.
    root: &'static str,
    /// The directory below that which is checked.
    checked: &'static str,
    /// The values that somebody who deploys it gives, where its own have no defaults.
    told: &'static [&'static str],
}

const fn whole(name: &'static str, commit: &'static str, root: &'static str) -> Repository {
    Repository { name, commit, root, checked: ".", told: &[] }
}

/// One of the patterns of a repository that holds one in each of its directories.
const fn pattern(directory: &'static str) -> Repository {
    whole("aws-samples/serverless-patterns", "fb7b5d06c27d8abb1bd35e52ab7523acf4baab7b", directory)
}

/// One of the apps of a repository that holds one in each of its directories, with the template that it becomes.
const fn stack(directory: &'static str) -> Repository {
    whole("cdk-patterns/serverless", "08e31630e738f1b463c640cad1de6ca73d85f1c2", directory)
}

/// Public projects. None of them was written with this tool in mind.
pub const REPOSITORIES: &[Repository] = &[
    Repository {
        name: "alphagov/forms-deploy",
        commit: "ab018229f0c2c1721e89a580eee3b910ac52fa74",
        root: "infra",
        checked: "deployments/forms/forms-runner",
        told: &["--var-file", "deployments/forms/tfvars/dev.tfvars"],
    },
    whole(
        "ministryofjustice/modernisation-platform-environments",
        "0a0278d907aa941c0774c2d01baabe552b6b5a1e",
        "terraform/environments/electronic-monitoring-data",
    ),
    stack("the-eventbridge-etl/typescript"),
    stack("the-rds-proxy/typescript"),
    whole("psgpyc/Airflow-on-ECS-FARGATE", "dc9489b9e7bf0526a7c7994a54f22701d8df4930", "infra"),
    whole(
        "ChinweAnero/Deploying-Django-app-to-AWS-ECS-Fargate",
        "0bd2ae02833688ab2fc11a527c92f32f0b9921e3",
        ".",
    ),
    Repository {
        name: "iampryce/Production-AWS-Infrastructure-for-AI-Native-Applications-AWS-ECS-Fargate-",
        commit: "818fb326f9e48d3ff657d312adb623273b401ec4",
        root: "terraform",
        checked: "environments/dev",
        told: &[],
    },
    whole("kunduso/add-aws-ecr-ecs-fargate", "db53adfc9d8520c8f416d4f03e7b747ff0a3798c", "."),
    whole(
        "aws-samples/amazon-ecs-fargate-consul-connect-example",
        "2420f9ea26a4bf0a6bb0e7e6718e8202b79aec0b",
        "cfn",
    ),
    Repository {
        name: "petems/ctfd-ecs-fargate",
        commit: "5676dc5edb3d134ee0cd6b76e301f2a49a3e737f",
        root: ".",
        checked: "examples/basic",
        told: &[],
    },
    Repository {
        name: "hankehly/deploy-airflow-on-ecs-fargate",
        commit: "a33330f305fdd9428363013b48f29ffc8bdf19e1",
        root: "infrastructure",
        checked: ".",
        told: &[
            "--var",
            "metadata_db={db_name=\"airflow\",username=\"airflow\",password=\"none\",port=\"5432\"}",
            "--var",
            "fernet_key=none",
        ],
    },
    Repository {
        name: "hakanbayraktar/ecs-fargate-retail-sample-production",
        commit: "b4fa891b7eb0404798266627d1f9ac38a4396a17",
        root: "terraform",
        checked: ".",
        told: &["--var-file", "envs/prod/prod.tfvars"],
    },
    Repository {
        name: "Zenitugo/notestack-ecs-fargate",
        commit: "bf4e5f00dedc81c4622253341f577825d89a23d6",
        root: "terraform",
        checked: "prod",
        told: &["--var-file", "prod/values.tfvars"],
    },
    whole(
        "onyx-dot-app/onyx",
        "a7d66a8b778c3f9026c4f89dae47d14a3f84816f",
        "deployment/aws_ecs_fargate/cloudformation",
    ),
    whole("Nisha318/retail-ecs-fargate-multitier", "14d67acd5a8816e36beb3422bf95ca366a10fb0e", "infra"),
    Repository {
        name: "aws-containers/retail-store-sample-app",
        commit: "1a28474f2461459f42e6b393db59e7d1434d4aec",
        root: "terraform",
        checked: "ecs/default",
        told: &[],
    },
    Repository {
        name: "khaleeluddin9912/strapi-ecs-fargate-terraform",
        commit: "a4a8cbb581451f72aa60894b483e7917ea1ccc59",
        root: "Terraform",
        checked: ".",
        told: &["--var", "image_uri=111122223333.dkr.ecr.us-east-1.amazonaws.com/strapi:1"],
    },
    Repository {
        name: "kazuki04/terraform-ecs-fargate",
        commit: "a3e8cfb134019aee8d90da1e27c0acac756e962d",
        root: "infrastructure",
        checked: ".",
        told: &[
            "--var",
            "vpc_cidr=10.0.0.0/16",
            "--var",
            "azs=[\"us-east-1a\",\"us-east-1c\"]",
            "--var",
            "ingress_subnets=[\"10.0.0.0/24\",\"10.0.1.0/24\"]",
            "--var",
            "app_subnets=[\"10.0.8.0/24\",\"10.0.9.0/24\"]",
            "--var",
            "db_subnets=[\"10.0.16.0/24\",\"10.0.17.0/24\"]",
            "--var",
            "egress_subnets=[\"10.0.248.0/24\",\"10.0.249.0/24\"]",
        ],
    },
    Repository {
        name: "TracecatHQ/tracecat",
        commit: "4209a655bc1da1a36d75ea29edfea69daffbdd23",
        root: "deployments/fargate",
        checked: ".",
        told: &[
            "--var",
            "aws_region=eu-west-1",
            "--var",
            "domain_name=cases.example.com",
            "--var",
            "hosted_zone_id=Z0123456789ABC",
            "--var",
            "tracecat_db_encryption_key_arn=arn:aws:secretsmanager:eu-west-1:111122223333:secret:tracecat_db_encryption_key_arn-AbCdEf",
            "--var",
            "tracecat_service_key_arn=arn:aws:secretsmanager:eu-west-1:111122223333:secret:tracecat_service_key_arn-AbCdEf",
            "--var",
            "tracecat_signing_secret_arn=arn:aws:secretsmanager:eu-west-1:111122223333:secret:tracecat_signing_secret_arn-AbCdEf",
            "--var",
            "user_auth_secret_arn=arn:aws:secretsmanager:eu-west-1:111122223333:secret:user_auth_secret_arn-AbCdEf",
        ],
    },
    whole("nathanpeck/aws-cloudformation-fargate", "30238130d6105769283a69be6b2c40cb921b5bc5", "."),
    whole("aws-samples/ecs-refarch-cloudformation", "a257e226b33bd9d2a721e5afd9d7e8b66dbacfdc", "."),
    whole("aws-cloudformation/aws-cloudformation-templates", "142ce6f283d285fa370adb7f9d332d7f46dac5fc", "."),
    whole("widdix/aws-cf-templates", "1a9f04f934179975a3a56c2496d2ed2b27598bd8", "."),
    whole("z8amer/snipeit-ecs-fargate", "8f284b04a6ecaa32343599d371cb3a4ac75ccba8", "Terraform"),
    whole("awslabs/aws-solutions-constructs", "33c062fd06edcd28fbf0a135f5f0af9f27c41b9c", "source/patterns"),
    whole(
        "awslabs/aws-solutions-constructs",
        "33c062fd06edcd28fbf0a135f5f0af9f27c41b9c",
        "source/use_cases/aws-restaurant-management-demo/test/integ.basic-deployment.js.snapshot",
    ),
    Repository {
        name: "HHS/simpler-grants-gov",
        commit: "32d9a126f4f2f54228d77abe8ea4e2395b2c78d6",
        root: "infra",
        checked: "api/service",
        told: &["--var", "environment_name=dev"],
    },
    whole("reireias/rails-on-ecs-terraform", "bb370baef72e7bf6e579bda030ed343c7acc013e", "."),
    whole("ricardo8aib/dagster-ecs-terraform", "f1872147c739287b55b0b1d396e666f757adf639", "terraform"),
    whole("papnori/temporal-ecs-terraform", "21ad1e521947951cf48c21db23e15f23c38369dd", "terraform"),
    Repository {
        name: "isaiah1701/url-shortener-on-ecs-fargate",
        commit: "7ef0bc87bb577eb5ac5b077eeb3ccf91d31aa3ce",
        root: "infra",
        checked: "envs/prod",
        told: &["--var-file", "envs/prod/prod.tfvars"],
    },
    whole("brayanperera/3tire_app_fargate", "f8d857281de58a79b198152a7040b2c29baa5920", "infrastructure"),
    whole("Yashprime1/genzinfra-cloudformation", "5166fbdf0d328c9f0ce0e2b8a996f5c7e29a0e5b", "."),
    whole("Lumbenlengo/production-ready-aws-infrastructure", "10a43cea24984908c4a861735b1d0bd98752fe70", "."),
    whole(
        "communitiesuk/epb-aws-infrastructure",
        "d34c0d84ad2c610b0404d0c9c5e5d842c3d077b1",
        "service-infrastructure",
    ),
    pattern("apigw-http-api-lambda-rds-proxy"),
    pattern("apigw-http-api-lambda-rds-proxy-terraform"),
    pattern("apigw-http-api-lambda-rds-proxy-terraform/vpc-rds-setup"),
    pattern("apigw-http-api-lambda-terraform"),
    pattern("apigw-lambda-dynamodb-terraform"),
    pattern("apigw-rest-api-eventbridge-terraform"),
    pattern("apigw-websocket-api-sqs-lambda-terraform"),
    pattern("apigw-lambda-s3-terraform-java"),
    pattern("dynamodb-streams-lambda-terraform"),
    pattern("eventbridge-lambda-terraform"),
    pattern("eventbridge-scheduled-lambda-terraform"),
    pattern("eventbridge-sns-lambda-terraform"),
    pattern("eventbridge-scheduler-ecs-python-terraform"),
    pattern("fifo-sns-sqs-lambda-firehose-s3"),
    pattern("iot-sns-sqs-terraform"),
    pattern("kinesis-lambda-terraform"),
    pattern("lambda-esm-kinesis-filters-terraform"),
    pattern("s3-lambda-terraform"),
    pattern("s3-eventbridge-ecs"),
    pattern("s3-sns-terraform"),
    pattern("s3-sqs-lambda-terraform"),
    pattern("s3-sqs-terraform"),
    pattern("sfn-tasktoken-lambda"),
    pattern("sns-sqs-fanout-tf"),
    pattern("sns-sqs-terraform"),
    pattern("sqs-lambda-s3-terraform-python"),
    pattern("sqs-lambda-terraform-python"),
    pattern("terraform-ecs-efs-integration"),
    pattern("terraform-kinesis-poison-pill"),
];

/// The corrected projects of the incidents and the healthy applications, in both languages.
pub fn fixtures(repository: &Path) -> Vec<Subject> {
    let mut out = Vec::new();
    for group in ["fixtures/incidents", "fixtures/healthy"] {
        for project in directories(&repository.join(group)) {
            for language in ["terraform", "cdk", "cloudformation"] {
                let own = project.join(language);
                let root = if own.join("good").is_dir() { own.join("good") } else { own };
                if root.is_dir() {
                    let name = project.file_name().map(|n| n.to_string_lossy().into_owned());
                    out.push(Subject {
                        name: format!("{}/{language}", name.unwrap_or_default()),
                        root,
                        checked: vec![".".to_owned()],
                        told: &[],
                        is_fixture: true,
                    });
                }
            }
        }
    }
    out
}

/// The public projects whose checkouts are below a directory, each in one of its repository's name.
pub fn public(checkouts: &Path) -> Vec<Subject> {
    let subject = |repository: &Repository| {
        let checkout = repository.name.rsplit('/').next().unwrap_or_default();
        let is_only = REPOSITORIES.iter().filter(|other| other.name == repository.name).count() == 1;
        Subject {
            name: if is_only {
                repository.name.to_owned()
            } else {
                format!("{}/{}", repository.name, repository.root)
            },
            root: checkouts.join(checkout).join(repository.root),
            checked: vec![repository.checked.to_owned()],
            told: repository.told,
            is_fixture: false,
        }
    };
    REPOSITORIES.iter().map(subject).filter(|subject| subject.root.is_dir()).collect()
}

fn directories(of: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(of).into_iter().flatten().flatten();
    let mut out: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.is_dir()).collect();
    out.sort();
    out
}
