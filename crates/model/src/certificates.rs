//! AWS Certificate Manager, and what serves its certificates from the edge: CloudFront, API Gateway, Cognito.

use crate::Prop;
use crate::entity::entities;

entities! {
    /// A certificate.
    Certificate: ["aws_acm_certificate"] | ["AWS::CertificateManager::Certificate"] {
        /// `DNS` or `EMAIL`; neither when it is imported or of a private authority.
        validation_method: str = "validation_method" | "ValidationMethod";
        /// The private authority that issues it.
        authority: raw = "certificate_authority_arn" | "CertificateAuthorityArn";
        /// The key of an imported one.
        private_key: raw = "private_key" | "";
    }

    /// The wait until a certificate is issued.
    CertificateValidation: ["aws_acm_certificate_validation"] | [] {
        /// The certificate.
        certificate: link = "certificate_arn" | "";
    }

    /// A CloudFront distribution.
    Distribution: ["aws_cloudfront_distribution"] | ["AWS::CloudFront::Distribution"] {
        /// Its certificate.
        certificate: raw = "viewer_certificate.acm_certificate_arn" | "DistributionConfig.ViewerCertificate.AcmCertificateArn";
    }

    /// A domain name of a REST API.
    ApiDomain: ["aws_api_gateway_domain_name"] | ["AWS::ApiGateway::DomainName"] {
        /// The certificate of an edge-optimised one.
        certificate: raw = "certificate_arn" | "CertificateArn";
        /// `EDGE`, `REGIONAL` or `PRIVATE`, in a list of one.
        kinds: raw = "endpoint_configuration.types" | "EndpointConfiguration.Types";
    }

    /// The domain of a user pool, served through CloudFront when it is one's own.
    UserPoolDomain: ["aws_cognito_user_pool_domain"] | ["AWS::Cognito::UserPoolDomain"] {
        /// Its certificate.
        certificate: raw = "certificate_arn" | "CustomDomainConfig.CertificateArn";
    }
}

impl ApiDomain<'_> {
    /// Whether it is served from the edge: it is unless it says otherwise.
    pub fn is_at_the_edge(&self) -> Prop<bool> {
        let kind = |value: &iaclint_value::Value| {
            let list = value.as_list().filter(|l| l.complete)?;
            list.items.first()?.as_str().map(|kind| kind == "EDGE")
        };
        self.kinds().convert(kind).or(true)
    }
}
