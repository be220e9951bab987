//! AWS Lambda.

use crate::entity::entities;

entities! {
    /// A function.
    Function: ["aws_lambda_function"] | ["AWS::Lambda::Function", "AWS::Serverless::Function"] {
        /// Its environment variables: a map.
        variables: raw = "environment.variables" | "Environment.Variables";
        /// Its role.
        role: link = "role" | "Role";
        /// Its subnets in a VPC.
        subnets: links = "vpc_config.subnet_ids" | "VpcConfig.SubnetIds";
        /// Its security groups in a VPC.
        security_groups: links = "vpc_config.security_group_ids" | "VpcConfig.SecurityGroupIds";
        /// Whether it is in a VPC.
        vpc: raw = "vpc_config" | "VpcConfig";
        /// Seconds until a run is ended.
        timeout: int = "timeout" | "Timeout", default 3_i64;
    }

    /// A name for a version of a function.
    Alias: ["aws_lambda_alias"] | ["AWS::Lambda::Alias"] {
        /// The function.
        function: link = "function_name" | "FunctionName";
    }
}
