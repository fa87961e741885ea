//! The modules inside the crates: who uses whom, read from the sources.
//!
//! A *room* is a folder below `src`, or a file that lies beside folders. What a crate's root
//! exports is followed to the file that defines it, so `use crate::Thing` counts as an arrow to
//! that file and not to the root.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use syn::visit::Visit;

/// A module by its path below the crate's root: `["covering", "presolve"]`; the root is empty.
type Module = Vec<String>;

/// The modules of one crate with what each uses.
#[derive(Debug)]
pub(crate) struct Modules {
    /// Each module with the paths it names below `crate`, resolved to modules of this crate.
    uses: BTreeMap<Module, BTreeSet<Module>>,
    /// What the crate's root exports with `pub use`, by name.
    pub(crate) exports: BTreeSet<String>,
    /// Words in signatures, fields and associated types of the crate.
    pub(crate) in_signatures: BTreeSet<String>,
}

/// Rooms that use each other.
#[derive(Debug)]
pub(crate) struct Circle {
    /// The rooms, by name.
    pub(crate) rooms: Vec<String>,
    /// Which module of one uses which of another.
    pub(crate) arrows: Vec<String>,
}

/// What one file names.
#[derive(Debug, Default)]
struct Names {
    /// Paths as written, `crate` and `super` in front.
    paths: Vec<Vec<String>>,
    /// `pub use` of this file: the name it gives, and the path behind it.
    exports: Vec<(String, Vec<String>)>,
    /// Modules declared here.
    declared: Vec<String>,
    /// Words in what strangers see: signatures, fields, variants, associated types.
    seen: BTreeSet<String>,
    /// How deep the walk is in such a place.
    public_depth: usize,
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(module) => &module.attrs,
            syn::Item::Use(import) => &import.attrs,
            syn::Item::Fn(function) => &function.attrs,
            syn::Item::Impl(block) => &block.attrs,
            _ => return syn::visit::visit_item(self, item),
        };
        if !attributes.iter().any(is_for_tests) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.declared.push(module.ident.to_string());
        syn::visit::visit_item_mod(self, module);
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        let is_export = !matches!(import.vis, syn::Visibility::Inherited);
        let mut found = Vec::new();
        flatten(&import.tree, &mut Vec::new(), &mut found);
        for (name, path) in found {
            if is_export {
                self.exports.push((name, path.clone()));
            }
            self.paths.push(path);
        }
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        // Private functions bring too much, never too little: a private module has them as `pub`.
        self.public_depth += 1;
        syn::visit::visit_signature(self, signature);
        self.public_depth -= 1;
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.public_depth += 1;
        syn::visit::visit_field(self, field);
        self.public_depth -= 1;
    }

    fn visit_impl_item_type(&mut self, item: &'ast syn::ImplItemType) {
        self.public_depth += 1;
        syn::visit::visit_impl_item_type(self, item);
        self.public_depth -= 1;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if self.public_depth > 0 {
            self.seen
                .extend(path.segments.iter().map(|s| s.ident.to_string()));
        }
        self.paths.push(
            path.segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect(),
        );
        syn::visit::visit_path(self, path);
    }
}

fn is_for_tests(attribute: &syn::Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else {
        return false;
    };
    list.path.is_ident("cfg") && list.tokens.to_string() == "test"
}

/// `use a::{b, c as d}` as the pairs `(b, a::b)` and `(d, a::c)`.
fn flatten(tree: &syn::UseTree, before: &mut Vec<String>, found: &mut Vec<(String, Vec<String>)>) {
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, found);
            before.pop();
        }
        syn::UseTree::Name(name) => {
            let mut path = before.clone();
            if name.ident != "self" {
                path.push(name.ident.to_string());
            }
            if let Some(last) = path.last().cloned() {
                found.push((last, path));
            }
        }
        syn::UseTree::Rename(rename) => {
            let mut path = before.clone();
            path.push(rename.ident.to_string());
            found.push((rename.rename.to_string(), path));
        }
        syn::UseTree::Glob(_) => found.push(("*".to_owned(), before.clone())),
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, found);
            }
        }
    }
}

impl Modules {
    /// Reads all sources of a crate; `src` is its source folder, `files` the Rust files in it.
    pub(crate) fn read(src: &Path, files: &[std::path::PathBuf]) -> Result<Self> {
        let mut names: BTreeMap<Module, Names> = BTreeMap::new();
        for file in files {
            let module = module_of(file.strip_prefix(src)?);
            let text = fs::read_to_string(file)?;
            let tree = syn::parse_file(&text).with_context(|| file.display().to_string())?;
            let mut found = Names::default();
            found.visit_file(&tree);
            names.insert(module, found);
        }
        let uses = names
            .iter()
            .map(|(module, own)| {
                let targets = own
                    .paths
                    .iter()
                    .filter_map(|path| target(&names, module, path, 0))
                    .filter(|to| to != module && !to.is_empty())
                    .collect();
                (module.clone(), targets)
            })
            .collect();
        let exports = names
            .get(&Module::new())
            .map(|root| root.exports.iter().map(|(name, _)| name.clone()).collect())
            .unwrap_or_default();
        let in_signatures = names.into_values().flat_map(|own| own.seen).collect();
        Ok(Self {
            uses,
            exports,
            in_signatures,
        })
    }

    /// Circles that lead through more than one room, each as the rooms on it and the modules whose
    /// use of each other closes it.
    ///
    /// At every folder the things that lie in it are looked at: a folder is a room whole, a file
    /// is one beside it. A circle of files that lie in one folder is no finding.
    pub(crate) fn circles(&self) -> Vec<Circle> {
        let mut places: BTreeSet<Module> = BTreeSet::new();
        for module in self.uses.keys() {
            for depth in 0..module.len() {
                places.insert(module[..depth].to_vec());
            }
        }
        let mut circles = Vec::new();
        for place in places {
            let room = |module: &Module| -> Option<String> {
                (module.len() > place.len() && module[..place.len()] == place[..])
                    .then(|| module[place.len()].clone())
            };
            let is_folder = |name: &String| {
                self.uses
                    .keys()
                    .any(|m| m.len() > place.len() + 1 && room(m).as_ref() == Some(name))
            };
            let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (from, targets) in &self.uses {
                let Some(from) = room(from) else { continue };
                let out = arrows.entry(from.clone()).or_default();
                out.extend(targets.iter().filter_map(&room).filter(|to| *to != from));
            }
            for circle in strongly_connected(&arrows) {
                if circle.iter().any(is_folder) {
                    let on_it = |module: &Module| room(module).filter(|r| circle.contains(r));
                    let mut arrows = Vec::new();
                    for (from, targets) in &self.uses {
                        let Some(of) = on_it(from) else { continue };
                        for to in targets {
                            if on_it(to).is_some_and(|other| other != of) {
                                arrows.push(format!("{} -> {}", from.join("/"), to.join("/")));
                            }
                        }
                    }
                    let rooms = circle
                        .iter()
                        .map(|name| [&place[..], std::slice::from_ref(name)].concat().join("/"))
                        .collect();
                    circles.push(Circle { rooms, arrows });
                }
            }
        }
        circles
    }

    /// The rooms of the first storey that one of them uses.
    pub(crate) fn used_by_room(&self, room: &str) -> BTreeSet<String> {
        self.uses
            .iter()
            .filter(|(from, _)| from.first().is_some_and(|first| first == room))
            .flat_map(|(_, targets)| targets)
            .filter_map(|to| to.first())
            .filter(|to| *to != room)
            .cloned()
            .collect()
    }

    /// Whether a room of that name is there.
    pub(crate) fn has_room(&self, room: &str) -> bool {
        self.uses
            .keys()
            .any(|m| m.first().is_some_and(|first| first == room))
    }
}

/// `covering/presolve.rs` and `covering/presolve/mod.rs` are `covering::presolve`.
fn module_of(file: &Path) -> Module {
    let mut parts: Module = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if matches!(
        parts.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        parts.pop();
    }
    parts
}

/// The module that defines what a path names, followed through exports; `None` when it lies
/// outside the crate.
fn target(
    names: &BTreeMap<Module, Names>,
    from: &Module,
    path: &[String],
    depth: usize,
) -> Option<Module> {
    // Exports that name each other in a ring are an error of the compiler's.
    if depth > 8 {
        return None;
    }
    let (mut at, mut rest) = match path.first()?.as_str() {
        "crate" => (Module::new(), &path[1..]),
        "self" => (from.clone(), &path[1..]),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            (from[..from.len().checked_sub(ups)?].to_vec(), &path[ups..])
        }
        first => {
            let own = names.get(from)?;
            if !own.declared.iter().any(|declared| declared == first) {
                return None;
            }
            (from.clone(), path)
        }
    };
    while let Some((next, after)) = rest.split_first() {
        let mut below = at.clone();
        below.push(next.clone());
        if names.contains_key(&below) {
            at = below;
            rest = after;
            continue;
        }
        let own = names.get(&at)?;
        if let Some((_, behind)) = own.exports.iter().find(|(name, _)| name == next) {
            return target(names, &at, behind, depth + 1).or(Some(at));
        }
        break;
    }
    Some(at)
}

/// Sets of more than one node that reach each other.
fn strongly_connected(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reached = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from.clone()];
        while let Some(at) = open.pop() {
            for to in arrows.get(&at).into_iter().flatten() {
                if seen.insert(to.clone()) {
                    open.push(to.clone());
                }
            }
        }
        seen
    };
    let all: BTreeMap<&String, BTreeSet<String>> =
        arrows.keys().map(|from| (from, reached(from))).collect();
    let mut done: BTreeSet<&String> = BTreeSet::new();
    let mut sets = Vec::new();
    for (from, to) in &all {
        if done.contains(from) || !to.contains(*from) {
            continue;
        }
        let circle: Vec<String> = to
            .iter()
            .filter(|other| all.get(other).is_some_and(|back| back.contains(*from)))
            .cloned()
            .collect();
        done.extend(all.keys().filter(|name| circle.contains(name)));
        sets.push(circle);
    }
    sets
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Modules;

    fn read(files: &[(&str, &str)]) -> Modules {
        let folder = std::env::temp_dir().join(format!(
            "modules-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        let mut paths = Vec::new();
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            paths.push(path);
        }
        let modules = Modules::read(&folder, &paths).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        modules
    }

    fn rooms(modules: &Modules) -> Vec<Vec<String>> {
        modules.circles().into_iter().map(|c| c.rooms).collect()
    }

    #[test]
    fn a_circle_through_two_folders_is_found_even_behind_the_roots_exports() {
        let modules = read(&[
            ("lib.rs", "mod a; mod b; pub use b::deep::Thing;"),
            ("a/mod.rs", "pub mod x;"),
            ("a/x.rs", "use crate::Thing; pub struct Other(Thing);"),
            ("b/mod.rs", "pub mod deep;"),
            (
                "b/deep.rs",
                "pub struct Thing; fn f(o: crate::a::x::Other) {}",
            ),
        ]);
        assert_eq!(rooms(&modules), [["a", "b"]]);
        assert_eq!(
            modules.circles()[0].arrows,
            ["a/x -> b/deep", "b/deep -> a/x"]
        );
        assert!(modules.exports.contains("Thing"));
        assert_eq!(
            modules.used_by_room("a").into_iter().collect::<Vec<_>>(),
            ["b"]
        );
    }

    #[test]
    fn circles_of_files_in_one_folder_and_those_of_tests_are_none() {
        let modules = read(&[
            ("lib.rs", "mod a; mod b;"),
            ("a/mod.rs", "mod x; mod y; pub use x::X;"),
            ("a/x.rs", "use super::y::Y; pub struct X(Y);"),
            ("a/y.rs", "use super::x::X; pub struct Y(Box<X>);"),
            ("b/mod.rs", "use crate::a::X; pub struct B(X);"),
            ("a/z.rs", "#[cfg(test)] mod tests { use crate::b::B; }"),
        ]);
        assert!(modules.circles().is_empty());
        assert_eq!(
            modules.used_by_room("b").into_iter().collect::<Vec<_>>(),
            ["a"]
        );
    }

    #[test]
    fn a_circle_between_two_folders_of_a_folder_is_found() {
        let modules = read(&[
            ("lib.rs", "mod a;"),
            ("a.rs", "mod left; mod right;"),
            ("a/left/mod.rs", "pub mod l;"),
            ("a/left/l.rs", "use crate::a::right::r::R; pub struct L(R);"),
            ("a/right/mod.rs", "pub mod r;"),
            (
                "a/right/r.rs",
                "use super::super::left::l::L; pub struct R(Box<L>);",
            ),
        ]);
        assert_eq!(rooms(&modules), [["a/left", "a/right"]]);
    }
}
