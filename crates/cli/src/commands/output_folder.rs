use std::path::{Path, PathBuf};

use formats::OutputFolder;

use crate::output;

/// Says what `--force` will remove, each entry on a line of its own.
pub(crate) fn announce(path: &Path, folder: &OutputFolder) {
    let removes = folder.removes();
    if !removes.is_empty() {
        output::warning(&format!(
            "`--force` will remove from `{}` what no run wrote:\n  {}",
            path.display(),
            removes.join("\n  ")
        ));
    }
}

/// Says what of a killed run stays.
pub(crate) fn tell_left(left: &[PathBuf]) {
    for path in left {
        output::warning(&format!(
            "`{}` was left by a run that was killed and holds files which it did not write; they \
             stay there",
            path.display()
        ));
    }
}
