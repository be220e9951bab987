//! What a fix means, as an edit in the language of its file.

use iaclint_graph::{Addition, Language};
use iaclint_source::{Edit, Sources};

/// The edit that writes properties which are not there. Nothing when the form of the file does not let them be put in.
pub fn addition(addition: &Addition, sources: &Sources) -> Option<Edit> {
    let file = sources.file(addition.at.file);
    match addition.language {
        Language::Terraform => iaclint_terraform::edit::addition(&file, addition),
        Language::CloudFormation => iaclint_cloudformation::edit::addition(&file, addition),
        // What the CDK synthesizes is written anew each time.
        Language::Cdk => None,
    }
}
