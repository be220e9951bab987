//! Services as a cloud assembly: stacks as large as CloudFormation takes them.

use serde_json::{Map, Value, json};

use crate::EstateFile;

/// Resources of one service.
const OF_A_SERVICE: usize = 10;

/// Services in one stack, which holds at most 500 resources.
const IN_A_STACK: usize = 48;

/// An assembly of services.
pub(crate) fn services(resources: usize) -> Vec<EstateFile> {
    let services = resources.div_ceil(OF_A_SERVICE).max(1);
    let mut files = Vec::new();
    let mut artifacts = Map::new();
    for stack in 0..services.div_ceil(IN_A_STACK) {
        let name = format!("Stack{stack:03}");
        let mut parts = Map::new();
        for number in stack * IN_A_STACK..((stack + 1) * IN_A_STACK).min(services) {
            service(number, &mut parts);
        }
        let template = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": parts });
        let file = format!("{name}.template.json");
        artifacts.insert(
            name,
            json!({
                "type": "aws:cloudformation:stack",
                "environment": "aws://111122223333/eu-west-1",
                "properties": { "templateFile": file }
            }),
        );
        files.push((format!("cdk.out/{file}"), format!("{template:#}\n")));
    }
    let manifest = json!({ "version": "48.0.0", "artifacts": artifacts });
    files.push(("cdk.out/manifest.json".to_owned(), format!("{manifest:#}\n")));
    files
}

fn service(number: usize, parts: &mut Map<String, Value>) {
    let id = |part: &str| format!("Service{number:04}{part}");
    let arn = |part: &str| json!({ "Fn::GetAtt": [id(part), "Arn"] });
    let group = |part: &str| json!({ "Fn::GetAtt": [id(part), "GroupId"] });
    let port = 3000 + number % 1000;
    let mut add = |part: &str, kind: &str, properties: Value| {
        let path = format!("Estate/Service{number:04}/{part}/Resource");
        let resource =
            json!({ "Type": kind, "Properties": properties, "Metadata": { "aws:cdk:path": path } });
        parts.insert(id(part), resource);
    };
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": "ecs-tasks.amazonaws.com" }
        }]
    });
    add(
        "Group",
        "AWS::EC2::SecurityGroup",
        json!({
            "GroupDescription": "service",
            "VpcId": "vpc-0123456789abcdef0",
            "SecurityGroupEgress": [{ "CidrIp": "0.0.0.0/0", "IpProtocol": "-1" }]
        }),
    );
    add(
        "DatabaseGroup",
        "AWS::EC2::SecurityGroup",
        json!({ "GroupDescription": "database", "VpcId": "vpc-0123456789abcdef0" }),
    );
    add(
        "DatabaseIngress",
        "AWS::EC2::SecurityGroupIngress",
        json!({
            "GroupId": group("DatabaseGroup"), "SourceSecurityGroupId": group("Group"),
            "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432
        }),
    );
    add(
        "Database",
        "AWS::RDS::DBInstance",
        json!({
            "Engine": "postgres", "EngineVersion": "16.4", "DBInstanceClass": "db.t4g.medium",
            "AllocatedStorage": "50", "DBName": "app", "MasterUsername": "app",
            "MasterUserPassword": { "Fn::Join": ["", ["{{resolve:secretsmanager:", { "Ref": id("Secret") }, ":SecretString:password::}}"]] },
            "VPCSecurityGroups": [group("DatabaseGroup")]
        }),
    );
    add(
        "Secret",
        "AWS::SecretsManager::Secret",
        json!({
            "GenerateSecretString": {
                "SecretStringTemplate": "{\"username\":\"app\"}", "GenerateStringKey": "password"
            }
        }),
    );
    add(
        "Log",
        "AWS::Logs::LogGroup",
        json!({ "LogGroupName": format!("/ecs/service-{number:04}"), "RetentionInDays": 30 }),
    );
    add("Role", "AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": trust }));
    add(
        "Policy",
        "AWS::IAM::Policy",
        json!({
            "PolicyName": "execution",
            "Roles": [{ "Ref": id("Role") }],
            "PolicyDocument": { "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": { "Ref": id("Secret") } },
                { "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": arn("Log") }
            ] }
        }),
    );
    add(
        "Task",
        "AWS::ECS::TaskDefinition",
        json!({
            "Family": format!("service-{number:04}"),
            "Cpu": (256 << (number % 3)).to_string(), "Memory": (1024 << (number % 3)).to_string(),
            "NetworkMode": "awsvpc", "RequiresCompatibilities": ["FARGATE"],
            "ExecutionRoleArn": arn("Role"),
            "ContainerDefinitions": [{
                "Name": "app", "Essential": true,
                "Image": format!("111122223333.dkr.ecr.eu-west-1.amazonaws.com/service-{number:04}:1.0"),
                "PortMappings": [{ "ContainerPort": port }],
                "Environment": [
                    { "Name": "PORT", "Value": port.to_string() },
                    { "Name": "DATABASE_HOST", "Value": { "Fn::GetAtt": [id("Database"), "Endpoint.Address"] } }
                ],
                "Secrets": [{ "Name": "DATABASE_PASSWORD", "ValueFrom": { "Fn::Join": ["", [{ "Ref": id("Secret") }, ":password::"]] } }],
                "LogConfiguration": { "LogDriver": "awslogs", "Options": {
                    "awslogs-group": { "Ref": id("Log") }, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "app"
                } }
            }]
        }),
    );
    add(
        "Service",
        "AWS::ECS::Service",
        json!({
            "Cluster": "estate", "DesiredCount": 2, "LaunchType": "FARGATE", "TaskDefinition": { "Ref": id("Task") },
            "DeploymentConfiguration": { "DeploymentCircuitBreaker": { "Enable": true, "Rollback": true } },
            "NetworkConfiguration": { "AwsvpcConfiguration": {
                "Subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], "SecurityGroups": [group("Group")]
            } }
        }),
    );
}
