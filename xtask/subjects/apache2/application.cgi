#!/bin/sh
# The application: one CGI script for every path.
text() {
  printf 'Content-Type: text/plain\n'
  for header in "$@"; do printf '%s\n' "$header"; done
  printf '\n'
}

case "$PATH_INFO" in
  /resource) text 'X-Request-Id: 1' && echo resource ;;
  /error) text 'Status: 500 Internal Server Error' && echo 'the application failed' ;;
  /throws) exit 1 ;; # without a word: httpd makes a response of it
  /redirect) text 'Status: 302 Found' 'Location: /resource' ;;
  /not-modified)
    if [ "$HTTP_IF_NONE_MATCH" = '"v1"' ]; then
      text 'Status: 304 Not Modified' 'ETag: "v1"'
    else
      text 'ETag: "v1"' && echo 'version 1'
    fi
    ;;
  /vary) text 'Vary: Accept-Encoding' && echo varies ;;
  /own-headers) text 'Access-Control-Allow-Origin: https://own.example' && echo own ;;
  /options)
    if [ "$REQUEST_METHOD" = OPTIONS ]; then text 'X-Options-Handler: 1'; else text; fi
    echo options
    ;;
  /unauthorized)
    text 'Status: 401 Unauthorized' 'WWW-Authenticate: Basic realm="subject"' && echo 'who?'
    ;;
  *) text 'Status: 404 Not Found' && echo 'nothing here' ;;
esac
