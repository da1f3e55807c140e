//! Refusals that web developers meet every day, each explained in full.

use crate::refused;

#[test]
fn express_does_not_know_the_origin() {
    insta::assert_snapshot!(refused(&["--request", "express-foreign-origin.txt"]));
}

#[test]
fn nginx_and_the_application_both_add_the_header() {
    insta::assert_snapshot!(refused(&["--request", "nginx-two-lines.txt"]));
}

#[test]
fn tower_http_does_not_list_patch() {
    insta::assert_snapshot!(refused(&["--request", "tower-http-patch.txt"]));
}

#[test]
fn a_wildcard_does_not_go_with_credentials() {
    insta::assert_snapshot!(refused(&[
        "--request",
        "wildcard-with-credentials.request.txt",
        "--response",
        "wildcard-with-credentials.response.txt",
    ]));
}

#[test]
fn a_har_file_of_chrome_with_a_failing_preflight() {
    insta::assert_snapshot!(refused(&["--har", "chrome-preflight.har"]));
}

#[test]
fn a_preflight_is_redirected() {
    insta::assert_snapshot!(refused(&["--request", "preflight-redirected.txt"]));
}

#[test]
fn a_preflight_is_asked_to_log_in() {
    insta::assert_snapshot!(refused(&["--request", "preflight-unauthorized.txt"]));
}

#[test]
fn a_wildcard_does_not_cover_authorization() {
    insta::assert_snapshot!(refused(&[
        "--request",
        "authorization-under-wildcard.request.txt",
        "--response",
        "authorization-under-wildcard.response.txt",
    ]));
}

#[test]
fn a_slash_at_the_end_of_the_origin() {
    insta::assert_snapshot!(refused(&["--request", "trailing-slash.txt"]));
}

#[test]
fn an_error_page_without_cors() {
    insta::assert_snapshot!(refused(&[
        "--request",
        "error-without-cors.request.txt",
        "--response",
        "error-without-cors.preflight.txt",
        "--response",
        "error-without-cors.response.txt",
    ]));
}
