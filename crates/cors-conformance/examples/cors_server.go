// A server with CORS in nothing but Go's standard library, for the suite to start:
//
//	go build -o cors_server cors_server.go && cors-conformance --cmd ./cors_server
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
)

// A list of names, or any.
type list struct {
	any   bool
	names []string
}

func (l *list) UnmarshalJSON(text []byte) error {
	if l.any = string(text) == `"any"`; l.any {
		return nil
	}
	return json.Unmarshal(text, &l.names)
}

func (l list) header(star string) string {
	if l.any {
		return star
	}
	return strings.Join(l.names, ", ")
}

var policy struct {
	AllowOrigins     list `json:"allow_origins"`
	AllowCredentials bool `json:"allow_credentials"`
	AllowMethods     list `json:"allow_methods"`
	AllowHeaders     list `json:"allow_headers"`
	ExposeHeaders    list `json:"expose_headers"`
	MaxAge           *int `json:"max_age"`
}

var (
	token    = regexp.MustCompile("^[!#$%&'+.^_`|~0-9A-Za-z-]+$")
	origin   = regexp.MustCompile(`^(null|[a-z][a-z0-9+.-]*://(\*\.)?[a-z0-9_.:\[\]-]+)$`)
	statuses = map[string]int{"/resource": 200, "/missing": 404, "/error": 500, "/unauthorized": 401}
	allowed  []*regexp.Regexp
	calls    atomic.Int64
)

// Ends before listening: the cases of this policy are then skipped, with the reason.
func cannot(reason string, about any) {
	fmt.Printf("%s: %q\n", reason, about)
	os.Exit(64)
}

// The header lines with which the policy is put into effect.
func cors(h http.Header, request *http.Request, preflight bool) {
	set := func(name, value string) {
		if value != "" { // an empty list says nothing
			h.Set(name, value)
		}
	}
	if policy.AllowOrigins.any {
		set("Access-Control-Allow-Origin", "*")
	} else {
		set("Vary", "Origin")
		sent := strings.Join(request.Header.Values("Origin"), ", ")
		known := false
		for _, one := range allowed {
			known = known || one.MatchString(sent)
		}
		if !known {
			return
		}
		set("Access-Control-Allow-Origin", sent)
	}
	if policy.AllowCredentials {
		set("Access-Control-Allow-Credentials", "true")
	}
	if !preflight {
		set("Access-Control-Expose-Headers", policy.ExposeHeaders.header("*"))
		return
	}
	// Never left out: behind an upload listener browsers take a missing list for leave.
	set("Access-Control-Allow-Methods", strings.TrimSuffix("GET, "+policy.AllowMethods.header("*"), ", "))
	set("Access-Control-Allow-Headers", policy.AllowHeaders.header("*, Authorization"))
	if policy.MaxAge != nil {
		set("Access-Control-Max-Age", strconv.Itoa(*policy.MaxAge))
	}
}

func answer(response http.ResponseWriter, request *http.Request) {
	_, _ = io.Copy(io.Discard, request.Body)
	has := func(name string) bool { return len(request.Header.Values(name)) > 0 }
	preflight := request.Method == "OPTIONS" && has("Origin") && has("Access-Control-Request-Method")
	cors(response.Header(), request, preflight)
	if preflight {
		response.WriteHeader(http.StatusNoContent)
		return
	}
	status, known := statuses[request.URL.Path]
	if !known {
		status = http.StatusNotFound
	}
	response.Header().Set("X-Calls", strconv.FormatInt(calls.Add(1), 10))
	response.WriteHeader(status)
	_, _ = fmt.Fprintln(response, status)
}

func main() {
	text, err := os.ReadFile(os.Getenv("CORS_POLICY"))
	if err == nil {
		err = json.Unmarshal(text, &policy)
	}
	if err != nil {
		cannot("it has a form that is not taken", err.Error())
	}
	for _, names := range []list{policy.AllowMethods, policy.AllowHeaders, policy.ExposeHeaders} {
		for _, name := range names.names {
			if !token.MatchString(name) {
				cannot("it makes no sense", name)
			}
		}
		if names.any && policy.AllowCredentials {
			cannot("with credentials a star means nothing, so everything has to be listed", "any")
		}
	}
	if policy.AllowOrigins.any && policy.AllowCredentials {
		cannot("with credentials a star means nothing, so everything has to be listed", "any")
	}
	// `https://*.trusted.example`: one or more labels in place of the star.
	for _, entry := range policy.AllowOrigins.names {
		if !origin.MatchString(entry) {
			cannot("it is no origin", entry)
		}
		quoted := strings.Replace(regexp.QuoteMeta(entry), `\*`, `[a-z0-9_-]+(\.[a-z0-9_-]+)*`, 1)
		allowed = append(allowed, regexp.MustCompile("^"+quoted+"$"))
	}
	fmt.Println("endpoints: missing error unauthorized")
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(answer)))
}
