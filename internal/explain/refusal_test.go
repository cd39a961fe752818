package explain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestRefusedByTheLayer: by its content an answer shows that a CORS layer refused by its own lists, and which.
func TestRefusedByTheLayer(t *testing.T) {
	c := explain.Context{Origin: "https://fern.garden", URL: "https://api.fern.garden/plants", Method: "PUT", Header: spec.Header{{Name: "Content-Type"}}, ResponseOf: "preflight"}
	for _, k := range []struct{ status, header, content, layer, do, not, cause, stack string }{
		{"403 ", "Vary: Origin\n", "Invalid CORS request", "Spring", "allow the origin https://fern.garden, the method PUT and the request headers content-type.", "", "origin-not-listed", "--stack spring-mvc or --stack spring-security"},
		{"400 Bad Request", "", "Disallowed CORS origin", "Starlette", "allow the origin https://fern.garden.", "PUT", "origin-not-listed", "--stack fastapi"},
		{"400 Bad Request", "Access-Control-Allow-Origin: https://fern.garden\n", "Disallowed CORS method, headers", "Starlette", "allow the method PUT and the request headers content-type.", "origin", "method-not-listed", "--stack fastapi"},
		{"403 Forbidden", "", "CORS preflight request failed: origin 'https://fern.garden' is not allowed", "aiohttp-cors", "allow the origin https://fern.garden.", "PUT", "origin-not-listed", "--stack aiohttp"},
		{"403 Forbidden", "", "CORS preflight request failed: headers are not allowed: CONTENT-TYPE", "aiohttp-cors", "allow the request headers content-type.", "PUT", "header-not-listed", "--stack aiohttp"},
		{"400 Bad Request", "", "Requested method is not allowed", "actix-cors", "allow the method PUT.", "fern", "method-not-listed", "--stack actix"},
		{"403 Forbidden", "", "<Error><Code>AccessForbidden</Code><Message>CORSResponse: CORS is not enabled for this bucket.</Message>", "storage service", "allow the origin https://fern.garden, the method PUT and the request headers content-type.", "", "origin-not-listed", "--stack s3"},
		{"403 Forbidden", "", "<Message>CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, ...</Message>", "storage service", "the method PUT", "", "origin-not-listed", "--stack s3"},
		{"403 CORS not enabled or no matching rule found for this request.", "", "<Error><Code>CorsPreflightFailure</Code>", "Azure Storage", "the method PUT", "", "origin-not-listed", ""},
	} {
		a := explained(t, "HTTP/1.1 "+k.status+"\n"+k.header+"Content-Type: text/plain\n\n"+k.content+"\n", c)
		said := a.Cause.Title + a.Cause.Here
		if !strings.Contains(a.Cause.Title, k.layer) || strings.Contains(said, "uthentication, or") || !strings.Contains(a.Fix.Do, k.do) || k.not != "" && strings.Contains(a.Fix.Do, k.not) || a.Cause.ID != k.cause || a.Side != cases.SideServer || !strings.Contains(said, k.status[:3]) || !strings.Contains(strings.Join(a.Notes, " "), k.stack) {
			t.Errorf("%s: %s | %s | %s | %s | %s", k.content, a.Reason, a.Cause.ID, said, a.Fix.Do, strings.Join(a.Notes, " "))
		}
	}
	const said = "> OPTIONS /p HTTP/1.1\n> Host: api.fern.garden\n> User-Agent: curl/8\n> Origin: https://fern.garden\n> Access-Control-Request-Method: PUT\n>\n< HTTP/1.1 403\n< Vary: Origin\n<\nInvalid CORS request* Connection #0 to host api.fern.garden left intact\n"
	if a := explained(t, said, explain.Context{}); !strings.Contains(a.Cause.Title, "Spring") {
		t.Errorf("curl writes on behind the content: %s", a.Cause.Title)
	}
	for _, content := range []string{"Forbidden", "Unauthorized: Invalid CORS requests are logged", "{}"} {
		if a := explained(t, "HTTP/1.1 403 Forbidden\nContent-Type: text/plain\n\n"+content+"\n", c); a.Cause.ID != "preflight-unauthorized" {
			t.Errorf("%s: %s", content, a.Cause.ID)
		}
	}
	const har = `{"log":{"creator":{"name":"WebInspector"},"entries":[{"_resourceType":"fetch","request":{"method":"GET","url":"https://api.fern.garden/a","headers":[{"name":"Origin","value":"https://fern.garden"}]},"response":{"status":403,"headers":[],"content":{"text":%q},"_error":"net::ERR_FAILED"}}]}}`
	if a := explained(t, fmt.Sprintf(har, "Invalid CORS request"), explain.Context{}); a.Cause.ID != "origin-not-listed" || !strings.Contains(a.Cause.Title, "Spring") {
		t.Errorf("%s: %s", a.Cause.ID, a.Cause.Title)
	}
	if a := explained(t, fmt.Sprintf(har, "no"), explain.Context{}); a.Cause.ID != "unauthorized-no-cors" {
		t.Errorf("%s: %s", a.Cause.ID, a.Cause.Title)
	}
}
