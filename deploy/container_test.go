package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the Containerfile builds is what it copies and starts, and its command builds it. Whether the image can be
// built is seen only where a daemon is (.ci/deploy).
func TestContainerfile(t *testing.T) {
	text := read(t, "../Containerfile")
	find := func(expr string) string {
		m := regexp.MustCompile(expr).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no line of the Containerfile is like %s", expr)
		}
		return m[1]
	}
	build, from, entry := find(`RUN (go build .*)`), find(`COPY --from=build (\S+)`), find(`ENTRYPOINT \["(\S+)"\]`)
	if !strings.Contains(build, " -o "+from+" ") || filepath.Base(from) != entry {
		t.Errorf("%s, %s, %s", build, from, entry)
	}
	out := filepath.Join(t.TempDir(), entry)
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	start(t, root, nil, "sh", "-c", strings.Replace(build, from, out, 1)).expect(t, 0)
	start(t, root, nil, out, "--help").expect(t, 0, "corsproof run")
	for _, m := range regexp.MustCompile(`(?m)^COPY ([^-\n].*) \S+$`).FindAllStringSubmatch(text, -1) {
		for _, name := range strings.Fields(m[1]) {
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Error(err)
			}
		}
	}
}
