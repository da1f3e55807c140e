use alloc::format;
use alloc::vec::Vec;

use crate::header::{
    Header, HeaderList, HeaderName, HeaderValue, convert_header_names_to_sorted_lowercase_set,
    names,
};
use crate::support::{header, headers};
use crate::trace::NoTrace;

fn pairs(list: &HeaderList) -> Vec<(&[u8], &[u8])> {
    list.iter()
        .map(|header| (header.name.as_bytes(), header.value.as_bytes()))
        .collect()
}

fn append(list: &mut HeaderList, name: &str, value: &str) {
    let header = header(name, value.as_bytes());
    list.append(header.name, header.value);
}

#[test]
fn get_joins_what_is_there_and_tells_empty_from_missing() {
    let list = headers(&[("a", "1"), ("b", ""), ("A", "2"), ("c", ""), ("C", "")]);
    assert_eq!(list.get("a").as_deref(), Some(&b"1, 2"[..]));
    assert_eq!(list.get("B").as_deref(), Some(&b""[..]));
    assert_eq!(list.get("c").as_deref(), Some(&b", "[..]));
    assert_eq!(list.get("d"), None);
    assert!(list.contains("B") && !list.contains("d"));
    assert_eq!(
        (list.len(), list.is_empty(), HeaderList::new().is_empty()),
        (5, false, true)
    );
}

#[test]
fn append_keeps_the_letter_case_that_is_there() {
    let mut list = HeaderList::new();
    append(&mut list, "X-a", "1");
    append(&mut list, "x-A", "2");
    append(&mut list, "b", "3");
    assert_eq!(
        pairs(&list),
        [(&b"X-a"[..], &b"1"[..]), (b"X-a", b"2"), (b"b", b"3")]
    );
}

#[test]
fn delete_removes_all_of_a_name() {
    let mut list = headers(&[("a", "1"), ("b", "2"), ("A", "3")]);
    list.delete(&HeaderName::from_static("A"));
    assert_eq!(pairs(&list), [(&b"b"[..], &b"2"[..])]);
}

#[test]
fn set_replaces_the_first_and_removes_the_others() {
    let mut list = headers(&[("b", "0"), ("a", "1"), ("c", "2"), ("A", "3"), ("a", "4")]);
    list.set(HeaderName::from_static("A"), HeaderValue::from_static("x"));
    assert_eq!(
        pairs(&list),
        [(&b"b"[..], &b"0"[..]), (b"a", b"x"), (b"c", b"2")]
    );
    list.set(HeaderName::from_static("D"), HeaderValue::from_static("y"));
    assert_eq!(list.get("d").as_deref(), Some(&b"y"[..]));
    assert_eq!(list.len(), 4);
}

#[test]
fn combine_joins_to_the_first() {
    let mut list = headers(&[("Accept", "a")]);
    list.combine(names::ACCEPT, &HeaderValue::from_static("b"));
    list.combine(names::RANGE, &HeaderValue::from_static("c"));
    assert_eq!(
        pairs(&list),
        [(&b"Accept"[..], &b"a, b"[..]), (b"Range", b"c")]
    );
}

#[test]
fn many_headers_are_appended_and_combined_as_one_by_one() {
    let name = |number: usize| HeaderName::try_from(format!("X-{number}").as_bytes()).unwrap();
    let lower = |number: usize| name(number).into_lowercase();
    let numbers: Vec<usize> = (0..90).chain(40..100).chain([99, 3]).collect();
    let headers: Vec<Header> = (0..)
        .zip(&numbers)
        .map(|(place, number)| Header {
            name: if place % 2 == 0 {
                name(*number)
            } else {
                lower(*number)
            },
            value: HeaderValue::try_from(format!("{place}").as_bytes()).unwrap(),
        })
        .collect();
    let (mut all, mut each, mut combined) =
        (HeaderList::new(), HeaderList::new(), HeaderList::new());
    all.extend(headers.clone());
    for Header { name, value } in headers {
        each.append(name.clone(), value.clone());
        combined.combine(name, &value);
    }
    assert_eq!(pairs(&all), pairs(&each));
    assert_eq!(pairs(&all.combined()), pairs(&combined));
    assert_eq!(all.len(), numbers.len());
    assert_eq!(combined.len(), 100);
}

#[test]
fn names_are_sorted_lower_case_and_unique() {
    let list = headers(&[("X-B", "1"), ("a", "2"), ("x-b", "3")]);
    let names: Vec<_> = list.names();
    assert_eq!(
        names.iter().map(HeaderName::as_bytes).collect::<Vec<_>>(),
        [&b"a"[..], b"x-b"]
    );
}

#[test]
fn a_list_can_be_walked_and_collected() {
    let list = headers(&[("a", "1"), ("a", "2")]);
    let again: HeaderList = (&list).into_iter().cloned().collect();
    assert_eq!(again, list);
    let from_pairs: HeaderList = [(names::ACCEPT, HeaderValue::from_static("x"))]
        .into_iter()
        .collect();
    assert_eq!(pairs(&from_pairs), [(&b"Accept"[..], &b"x"[..])]);
    let values: Vec<_> = list.values(b"A").map(HeaderValue::as_bytes).collect();
    assert_eq!(values, [b"1", b"2"]);
}

#[test]
fn sets_of_names_are_ordered_by_bytes() {
    let sorted = |names: &[&str]| {
        let names = names
            .iter()
            .map(|name| HeaderName::try_from(name.as_bytes()).unwrap());
        let set = convert_header_names_to_sorted_lowercase_set(names.collect(), &mut NoTrace);
        set.iter()
            .map(|name| name.as_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        sorted(&["x_a", "x-a", "x.a", "xa", "x1"]),
        [&b"x-a"[..], b"x.a", b"x1", b"x_a", b"xa"]
    );
    assert_eq!(sorted(&["Zeta", "alpha", "ZETA"]), [&b"alpha"[..], b"zeta"]);
    assert_eq!(sorted(&[]), [b""; 0]);
}
