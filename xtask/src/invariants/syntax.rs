//! What can be read off the items of a source file.

use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, ItemMod};

/// Whether an item is compiled in tests only: `#[cfg(test)]` stands before it.
pub(super) fn is_test(item: &Item) -> bool {
    let mut tokens = item.to_token_stream().into_iter();
    while let (Some(TokenTree::Punct(_)), Some(TokenTree::Group(attribute))) =
        (tokens.next(), tokens.next())
    {
        if squeezed(&attribute.stream()) == "cfg(test)" {
            return true;
        }
    }
    false
}

fn squeezed(tokens: &TokenStream) -> String {
    tokens.to_string().replace(' ', "")
}

/// The name that an item defines.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "syn may add kinds at any time"
)]
pub(super) fn name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        _ => return None,
    })
}

/// The file of a module that is declared in `file`, whose modules lie in `folder`.
pub(super) fn module_file(module: &ItemMod, file: &Path, folder: &Path) -> PathBuf {
    let path = module.attrs.iter().find_map(|attribute| {
        let pair = attribute.meta.require_name_value().ok()?;
        let syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(path),
            ..
        }) = &pair.value
        else {
            return None;
        };
        pair.path.is_ident("path").then(|| path.value())
    });
    if let Some(path) = path {
        return file.with_file_name(path);
    }
    let below = folder.join(module.ident.to_string());
    let flat = below.with_extension("rs");
    if flat.is_file() {
        flat
    } else {
        below.join("mod.rs")
    }
}

/// The folder in which the modules of a file lie; `root` is whether it is that of a crate.
pub(super) fn module_folder(file: &Path, root: bool) -> PathBuf {
    let own = ["mod.rs", "lib.rs", "main.rs"];
    if root || own.iter().any(|name| file.ends_with(name)) {
        file.with_file_name("")
    } else {
        file.with_extension("")
    }
}
