//! Imports point down the floors, as the table in `src/lib.rs` has them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, Item, UseTree,
    visit::{self, Visit},
};

/// Floors by module path, from the documentation of the crate.
fn floors() -> BTreeMap<String, u32> {
    let lib = fs::read_to_string(source_root().join("lib.rs")).expect("the crate has a root");
    lib.lines()
        .filter_map(|line| line.strip_prefix("//! | "))
        .filter_map(|row| {
            let (floor, modules) = row.split_once(" | ")?;
            let names = modules.split(" | ").next()?.split('`').skip(1).step_by(2);
            floor
                .parse()
                .ok()
                .map(|floor| names.map(move |name| (name.to_owned(), floor)))
        })
        .flatten()
        .collect()
}

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All source files with their module paths; files of tests have no floor.
fn sources(folder: &Path, module: &[String], into: &mut Vec<(Vec<String>, PathBuf)>) {
    for entry in fs::read_dir(folder).expect("the source folder can be listed") {
        let path = entry.expect("the source folder can be listed").path();
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("names are UTF-8")
            .to_owned();
        let mut inner = module.to_vec();
        match name.as_str() {
            "lib" | "tests" => continue,
            "mod" => {}
            _ => inner.push(name),
        }
        if path.is_dir() {
            sources(&path, &inner, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            into.push((inner, path));
        }
    }
}

/// Every path in a file, as absolute module paths: `crate::` and `super::` are resolved, others left out.
struct Paths {
    module: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Paths {
    fn note(&mut self, path: &[String]) {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let base = match path.first().map(String::as_str) {
            Some("crate" | "seatlock") => Vec::new(),
            Some("super") => self.module[..self.module.len().saturating_sub(supers)].to_vec(),
            _ => return,
        };
        let rest = &path[supers.max(1)..];
        self.found
            .push(base.into_iter().chain(rest.iter().cloned()).collect());
    }

    fn note_tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |part: &syn::Ident| {
            before
                .iter()
                .cloned()
                .chain([part.to_string()])
                .collect::<Vec<_>>()
        };
        match tree {
            UseTree::Path(path) => self.note_tree(&path.tree, &with(&path.ident)),
            UseTree::Name(name) => self.note(&with(&name.ident)),
            UseTree::Rename(name) => self.note(&with(&name.ident)),
            UseTree::Glob(_) => self.note(before),
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.note_tree(tree, before)),
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    let only_test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    };
    attributes.iter().any(only_test)
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Mod(inner) if is_test(&inner.attrs) => {}
            Item::Use(import) if is_test(&import.attrs) => {}
            Item::Use(import) => self.note_tree(&import.tree, &[]),
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.note(&parts);
        visit::visit_path(self, path);
    }
}

/// The files of `seat` that its `mod.rs` re-exports names from: `Seats` -> `seat::map`.
fn facades() -> BTreeMap<Vec<String>, Vec<String>> {
    let text =
        fs::read_to_string(source_root().join("seat/mod.rs")).expect("the facade of the seats");
    let file = syn::parse_file(&text).expect("the facade compiles");
    let mut names = BTreeMap::new();
    for item in &file.items {
        let Item::Use(import) = item else { continue };
        let UseTree::Path(path) = &import.tree else {
            continue;
        };
        let home = vec!["seat".to_owned(), path.ident.to_string()];
        let mut paths = Paths {
            module: Vec::new(),
            found: Vec::new(),
        };
        paths.note_tree(&path.tree, &["crate".to_owned()]);
        for name in paths.found {
            names.insert(
                ["seat".to_owned()].into_iter().chain(name).collect(),
                home.clone(),
            );
        }
    }
    names
}

/// The listed module that a path lies in: its longest prefix in the table.
fn unit<'f>(path: &[String], floors: &'f BTreeMap<String, u32>) -> Option<(&'f str, u32)> {
    (1..=path.len()).rev().find_map(|length| {
        let (name, floor) = floors.get_key_value(&path[..length].join("::"))?;
        Some((name.as_str(), *floor))
    })
}

#[test]
fn imports_point_down_the_floors() {
    let (floors, facades) = (floors(), facades());
    assert!(floors.len() > 15, "the table was not found: {floors:?}");
    let mut files = Vec::new();
    sources(&source_root(), &[], &mut files);
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for (module, path) in files {
        if module == ["seat"] {
            continue;
        }
        let Some((from, from_floor)) = unit(&module, &floors) else {
            wrong.push(format!("{} stands on no floor", module.join("::")));
            continue;
        };
        let text = fs::read_to_string(&path).expect("a source file can be read");
        let mut paths = Paths {
            module,
            found: Vec::new(),
        };
        paths.visit_file(&syn::parse_file(&text).expect("a source file compiles"));
        for target in paths.found {
            let facade = (1..=target.len()).find_map(|length| facades.get(&target[..length]));
            let Some((to, to_floor)) = unit(facade.unwrap_or(&target), &floors) else {
                continue;
            };
            checked += 1;
            if from != to && to_floor >= from_floor {
                wrong.push(format!(
                    "{from} (floor {from_floor}) imports {to} (floor {to_floor})"
                ));
            }
        }
    }
    assert!(checked > 50, "only {checked} imports were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
