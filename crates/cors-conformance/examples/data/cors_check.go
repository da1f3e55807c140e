// Decides the plain agent cases by the CORS check of the Fetch standard, and compares:
// cargo xtask vectors release; go run cors_check.go target/vectors/cors-conformance-agent-cases.json
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

type request struct{ Kind, Origin, Request_method, Request_headers string }
type answer struct {
	On      string
	Status  int
	Headers [][2]string
}
type agentCase struct {
	Id      string
	Flags   []string
	Fetches []struct{ Credentials string }
	Server  []answer
	Expect  struct {
		Requests []request
		Outcomes []struct{ Error string }
	}
}

var comma = regexp.MustCompile("[\t ]*,[\t ]*")
var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]*$")

// The values of Access-Control-Allow-NAME, joined. Origins are called by their places.
func value(a answer, name, origin string) string {
	origins := strings.NewReplacer("{origin}", origin, "{page}", "page", "{cross}", "cross", "{third}", "third")
	values := []string{}
	for _, line := range a.Headers {
		if strings.EqualFold(line[0], "access-control-allow-"+name) {
			values = append(values, strings.Trim(origins.Replace(line[1]), "\t\n\r "))
		}
	}
	return strings.Join(values, ", ")
}

// Whether a list can be read, and has each of the names or a star that stands for it.
func lists(list string, star bool, names ...string) bool {
	elements := comma.Split(strings.Trim(list, "\t "), -1)
	every := star && slices.Contains(elements, "*")
	missing := func(name string) bool {
		return name != "" && !slices.Contains(elements, name) && (!every || name == "authorization")
	}
	return token.MatchString(strings.Join(elements, "")) && !slices.ContainsFunc(names, missing)
}

func passes(a answer, r request, star bool) bool {
	origin, credentials := value(a, "origin", r.Origin), value(a, "credentials", "")
	allowed := origin == r.Origin && (star || credentials == "true") || star && origin == "*"
	methods, headers := value(a, "methods", "")+",GET,HEAD,POST", strings.ToLower(value(a, "headers", ""))
	return allowed && (r.Kind == "actual" || a.Status/100 == 2 && lists(methods, star, r.Request_method) &&
		lists(headers, star, strings.Split(r.Request_headers, ",")...))
}

// The kind of error that the case ends with, or nothing.
func decide(c agentCase) string {
	for _, r := range c.Expect.Requests {
		answers := append(c.Server, answer{On: "any", Status: 200})
		at := slices.IndexFunc(answers, func(a answer) bool { return a.On == "any" || a.On == r.Kind })
		if !passes(answers[at], r, c.Fetches[0].Credentials != "include") {
			return map[string]string{"preflight": "preflight", "actual": "cors-check"}[r.Kind]
		}
	}
	return ""
}

func main() {
	var file struct{ Cases []agentCase }
	text, err := os.ReadFile(os.Args[1])
	if err != nil || json.Unmarshal(text, &file) != nil {
		panic("expected the file of agent cases that `cargo xtask vectors release` writes")
	}
	passed, failed := 0, 0
	for _, c := range file.Cases {
		if plain := slices.Contains(c.Flags, "plain"); plain && decide(c) == c.Expect.Outcomes[0].Error {
			passed++
		} else if plain {
			failed++
			fmt.Println(c.Id)
		}
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", passed, failed, len(file.Cases)-passed-failed)
	os.Exit(min(failed, 1))
}
