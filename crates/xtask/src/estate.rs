//! `cargo xtask estate`: writes a generated estate to measure with.

use std::path::Path;

use iaclint_bench::{Language, Shape, estate};

/// Writes the estate that the options ask for into a directory.
pub(crate) fn write(directory: &Path, options: &[&str]) -> Vec<String> {
    let wanted = match options_of(options) {
        Ok(wanted) => wanted,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    for (path, text) in estate(wanted.language, wanted.shape, wanted.resources) {
        let path = directory.join(path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if let Err(error) = made.and_then(|()| std::fs::write(&path, text)) {
            faults.push(format!("{}: {error}", path.display()));
        }
    }
    faults
}

struct Wanted {
    language: Language,
    shape: Shape,
    resources: usize,
}

fn options_of(options: &[&str]) -> Result<Wanted, String> {
    let mut wanted = Wanted { language: Language::Terraform, shape: Shape::Services, resources: 300 };
    for pair in options.chunks(2) {
        match pair {
            ["--resources", number] => {
                wanted.resources = number.parse().map_err(|_| format!("{number} is no number"))?;
            }
            ["--language", "terraform"] => wanted.language = Language::Terraform,
            ["--language", "cdk"] => wanted.language = Language::Cdk,
            ["--shape", "services"] => wanted.shape = Shape::Services,
            ["--shape", "instances"] => wanted.shape = Shape::Instances,
            ["--shape", "locals"] => wanted.shape = Shape::Locals,
            ["--shape", "calls"] => wanted.shape = Shape::Calls,
            ["--shape", "reach"] => wanted.shape = Shape::Reach,
            other => return Err(format!("{} is not an option of estate", other.join(" "))),
        }
    }
    if wanted.language == Language::Cdk && wanted.shape != Shape::Services {
        return Err("assemblies are of services only".to_owned());
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_is_not_known_is_refused() {
        assert!(options_of(&["--resources", "10", "--language", "cdk"]).is_ok());
        assert!(options_of(&["--resources", "many"]).is_err());
        assert!(options_of(&["--shape"]).is_err());
        assert!(options_of(&["--language", "cdk", "--shape", "reach"]).is_err());
    }
}
